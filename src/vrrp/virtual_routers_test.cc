// SPDX-License-Identifier: MIT
// The whole of what the vrrp process runs, on both ends of a cable.
#include "vrrp/virtual_routers.h"

#include <fmt/format.h>

#include "base/clock.h"
#include "base/shortage_testing.h"
#include "config/testing.h"
#include "netlink/netns_testing.h"

namespace hawser::vrrp {
namespace {

constexpr const char* kVip = "10.1.10.50/24";

// One node; both of its instances, of IPv4 and IPv6, move together, and sign what they send. The
// kernel may take its time to close a packet socket, and both nodes wait for it here.
class Node {
 public:
  Node(Loop& loop, const char* interface, int priority, const char* lines = "")
      : loop_(loop),
        interface_(interface),
        priority_(priority),
        config_(config_with(lines)),
        shared_(std::move(Shared::create(*config_, 1)).value()) {
    start({});
  }

  void start(const std::string& predecessor) {
    auto opened = VirtualRouters::open(loop_, *config_, *shared_);
    REQUIRE(opened);
    routers_ = std::move(opened).value();
    REQUIRE(routers_->start(predecessor));
  }
  // Another process takes over. `pause`: what happens while nobody runs.
  template <class Pause>
  void hand_over(Pause pause) {
    const std::string state = routers_->export_state(VirtualRouters::claims_of(*config_));
    const auto predecessor = std::move(routers_);
    pause();
    start(state);
  }
  void hand_over() {
    hand_over([] {});
  }
  // To one whose section has these further lines. The predecessor is there until it has begun.
  void hand_over_to(const char* lines) {
    auto config = config_with(lines);
    const std::string state = routers_->export_state(VirtualRouters::claims_of(*config));
    const auto its_config = std::exchange(config_, std::move(config));
    const auto predecessor = std::move(routers_);
    start(state);
  }
  void vanish() {
    routers_->export_state(VirtualRouters::claims_of(*config_));
    routers_.reset();
  }

  bool is(VrrpState state) {
    return shared_->vrrp(0).state == state && shared_->vrrp(1).state == state;
  }
  uint64_t sum(std::atomic<uint64_t> VrrpSlot::*counter) {
    return shared_->vrrp(0).*counter + shared_->vrrp(1).*counter;
  }
  uint64_t refused() {
    uint64_t count = 0;
    for (uint32_t i : {0u, 1u}) {
      for (const auto& reason : shared_->vrrp(i).rejected) count += reason;
    }
    return count;
  }
  // The smaller one of its two instances.
  uint64_t heard() {
    return std::min(shared_->vrrp(0).adverts_received, shared_->vrrp(1).adverts_received);
  }
  uint32_t peers() { return shared_->vrrp(0).peers_heard + shared_->vrrp(1).peers_heard; }
  bool holds_vip() const {
    return run(std::string("ip addr show dev ") + interface_).find(kVip) != std::string::npos;
  }

 private:
  std::unique_ptr<const Config> config_with(const char* lines) const {
    return config_of(
        fmt::format("vrrp v\ninterface {}\nvrid 51\nversion 3\nadvert-int 500ms\n"
                    "priority {}\nno track-proxy\n"
                    "virtual-address {}\nvirtual-address 2001:db8::50/64\n"
                    "authentication hmac key 1 "
                    "hex:000102030405060708090a0b0c0d0e0f active\n{}",
                    interface_, priority_, kVip, lines));
  }

  Loop& loop_;
  const char* interface_;
  int priority_;
  std::unique_ptr<const Config> config_;
  std::unique_ptr<Shared> shared_;
  std::unique_ptr<VirtualRouters> routers_;
};

// The adverts of one end are heard at the other one only.
struct Cable {
  Cable() {
    run("ip link add w0 type veth peer name w1 && ip link set w0 up && ip link set w1 up && "
        "ip addr add 10.1.10.6/24 dev w0 && ip addr add 10.1.10.7/24 dev w1 && "
        "ip -6 addr add fe80::6/64 dev w0 nodad && ip -6 addr add fe80::7/64 dev w1 nodad && "
        "sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.w0.rp_filter=0 "
        "net.ipv4.conf.w1.rp_filter=0 net.ipv4.conf.all.accept_local=1 "
        "net.ipv4.conf.w0.accept_local=1 net.ipv4.conf.w1.accept_local=1");
  }
  template <class Done>
  bool until(Done done) {
    const int64_t end_ms = monotonic_ms() + 10'000;
    Timer look(loop, [&] {
      if (done() || monotonic_ms() > end_ms) loop.stop();
    });
    look.start(Millis(1), Millis(1));
    loop.run();
    return done();
  }
  Loop loop;
};

// `lines` are further ones of the backup.
struct Pair : Cable {
  explicit Pair(const char* lines = "") {
    REQUIRE(until([&] { return first.is(VrrpState::kMaster); }));
    second.emplace(loop, "w1", 100, lines);
    REQUIRE(until([&] { return second->is(VrrpState::kBackup) && second->heard() >= 1; }));
  }
  Node first{loop, "w0", 255};  // the owner: master at once
  std::optional<Node> second;
};

TEST_CASE("master and backup are handed over a hundred times without a transition",
          "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  Pair pair("down-timer-adverts 100\n");  // however busy the machine is
  const uint64_t announced = pair.first.sum(&VrrpSlot::announcements);
  for (int i = 0; i < 100; ++i) {
    INFO("hand-over " << i);
    const uint64_t heard = pair.second->heard();
    pair.first.hand_over();
    pair.second->hand_over();
    REQUIRE(pair.first.is(VrrpState::kMaster));
    REQUIRE(pair.second->is(VrrpState::kBackup));
    // Now and then it is handed over before an advert was due.
    int looks = 0;
    const bool hears = i % 25 == 0;
    REQUIRE(pair.until([&] { return hears ? pair.second->heard() > heard : ++looks > 3; }));
  }
  CHECK(pair.first.sum(&VrrpSlot::became_master) == 2);
  CHECK(pair.first.sum(&VrrpSlot::left_master) == 0);
  CHECK(pair.first.sum(&VrrpSlot::zero_sent) == 0);
  CHECK(pair.first.sum(&VrrpSlot::adverts_received) == 0);
  CHECK(pair.second->sum(&VrrpSlot::became_master) == 0);
  CHECK(pair.second->sum(&VrrpSlot::became_backup) == 2);
  CHECK(pair.second->refused() == 0);  // sequence numbers go on as well
  CHECK(pair.second->sum(&VrrpSlot::announcements) == 0);
  CHECK(pair.first.sum(&VrrpSlot::announcements) == announced);
  CHECK(pair.second->peers() == 2);
  CHECK(pair.first.holds_vip());
}

TEST_CASE("a backup that was handed over takes over", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  Pair pair;
  pair.second->hand_over();
  pair.first.vanish();
  CHECK(pair.until([&] { return pair.second->is(VrrpState::kMaster); }));
  CHECK(pair.second->holds_vip());
}

TEST_CASE("a master that was handed over guards its addresses", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  Pair pair;
  pair.first.hand_over([] { run(fmt::format("ip addr del {} dev w0", kVip)); });
  CHECK(pair.first.holds_vip());
  CHECK(pair.first.sum(&VrrpSlot::left_master) == 0);
  run(fmt::format("ip addr del {} dev w0", kVip));
  CHECK(pair.until([&] { return pair.first.holds_vip(); }));
  CHECK(pair.first.is(VrrpState::kMaster));
}

TEST_CASE("a link that was down for less than a turn makes the master announce again",
          "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  Cable cable;
  Node node(cable.loop, "w0", 255);
  REQUIRE(cable.until([&] { return node.is(VrrpState::kMaster); }));
  const uint64_t announced = node.sum(&VrrpSlot::announcements);
  run("ip link set w1 down && ip link set w1 up");
  CHECK(cable.until([&] { return node.sum(&VrrpSlot::announcements) == 2 * announced; }));
  CHECK(node.sum(&VrrpSlot::became_master) == 2);
  CHECK(node.sum(&VrrpSlot::left_master) == 0);
}

// The kernel has one route of a network, and the predecessor's is in its place.
TEST_CASE("a route changes its gateway when the predecessor has ended", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  Cable cable;
  Node node(cable.loop, "w0", 255, "virtual-route 10.7.0.0/16 via 10.1.10.8\n");
  REQUIRE(cable.until([&] { return node.is(VrrpState::kMaster); }));
  node.hand_over_to("virtual-route 10.7.0.0/16 via 10.1.10.9\n");
  CHECK(cable.until(
      [] { return run("ip route show 10.7.0.0/16").find("via 10.1.10.9 ") != std::string::npos; }));
  CHECK(node.sum(&VrrpSlot::left_master) == 0);
}

// Whoever hears nobody would become master beside everybody.
TEST_CASE("a router whose sockets cannot be opened is in fault until they can", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  Cable cable;
  run("ip addr del 10.1.10.6/24 dev w0");
  Node node(cable.loop, "w0", 255);
  REQUIRE(cable.until([&] { return node.is(VrrpState::kFault); }));
  run("ip addr add 10.1.10.6/24 dev w0");
  {
    const FdShortage shortage(0);
    int looks = 0;
    REQUIRE(cable.until([&] { return ++looks > 50; }));
    CHECK(node.is(VrrpState::kFault));
  }
  CHECK(cable.until([&] { return node.is(VrrpState::kMaster); }));
}

TEST_CASE("a fault is handed over, and its end is seen", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  Pair pair;
  run("ip link set w0 down");
  REQUIRE(pair.until([&] { return pair.first.is(VrrpState::kFault); }));
  pair.first.hand_over();
  CHECK(pair.first.is(VrrpState::kFault));
  pair.first.hand_over(
      [] { run("ip link set w0 up && ip -6 addr replace fe80::6/64 dev w0 nodad"); });
  CHECK(pair.until([&] { return pair.first.is(VrrpState::kMaster); }));
}

}  // namespace
}  // namespace hawser::vrrp
