// SPDX-License-Identifier: MIT
// The vrrp processes of two nodes are replaced by others, as a reload does it: real processes, with
// what the wire between the nodes sees of it.
#include <fmt/format.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/clock.h"
#include "config/testing.h"
#include "loop/watch.h"
#include "netlink/netns_testing.h"
#include "vrrp/virtual_routers.h"

namespace hawser::vrrp {
namespace {

// A backup waits for a hundred intervals, which the busiest machine does not miss: what is asserted
// is what happens and how often, not how soon.
constexpr int64_t kIntervalMs = 100;
constexpr int kTimes = 100;
constexpr int64_t kDeadlineNs = 20'000'000'000;

// One vrrp process: takes up a state, and gives back what its successor claims as its last deed.
class Process {
 public:
  Process(const Config& config, Shared& shared, const std::string& state) {
    int ends[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
    channel_.reset(ends[0]);
    Fd other(ends[1]);
    pid_ = fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) serve(config, shared, state, other.get());
    other.reset();
    const timeval limit{10, 0};
    setsockopt(channel_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    REQUIRE(receive() == "ready");
  }
  ~Process() {
    if (pid_ > 0) kill(pid_, SIGKILL);
    if (pid_ > 0) waitpid(pid_, nullptr, 0);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  std::string end(const std::string& claims) {
    const ssize_t sent = send(channel_.get(), claims.data(), claims.size(), MSG_NOSIGNAL);
    REQUIRE(sent == static_cast<ssize_t>(claims.size()));
    std::string state = receive();
    int status = -1;
    REQUIRE(waitpid(std::exchange(pid_, 0), &status, 0) > 0);
    REQUIRE(status == 0);
    return state;
  }

 private:
  [[noreturn]] static void serve(const Config& config, Shared& shared, const std::string& state,
                                 int channel) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that gives up leaves nobody behind
    Loop loop;
    auto routers = VirtualRouters::open(loop, config, shared);
    if (!routers || !(*routers)->start(state)) _exit(1);
    FdWatch asked(loop, channel, FdWatch::kRead, [&](int) {
      // Left unread it would make the channel's end a reset, which destroys what was sent.
      char claims[4096];
      const ssize_t size = recv(channel, claims, sizeof claims, 0);
      if (size <= 0) _exit(1);
      const std::string bytes = (*routers)->export_state({claims, static_cast<size_t>(size)});
      const ssize_t sent = send(channel, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      _exit(sent == static_cast<ssize_t>(bytes.size()) ? 0 : 1);
    });
    if (send(channel, "ready", 5, MSG_NOSIGNAL) != 5) _exit(1);
    loop.run();
    _exit(1);
  }
  std::string receive() {
    char buffer[4096];
    const ssize_t n = recv(channel_.get(), buffer, sizeof buffer, 0);
    return n <= 0 ? std::string() : std::string(buffer, static_cast<size_t>(n));
  }

  Fd channel_;
  pid_t pid_ = 0;
};

// All that passes one end of the cable.
class Ear {
 public:
  struct Heard {
    bool outgoing;  // sent by the node at this end
    bool garp;      // or an advert
    uint8_t vrid, priority;
    std::array<uint8_t, 6> mac;
  };

  explicit Ear(const char* interface)
      : fd_(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL))) {
    REQUIRE(fd_);
    sockaddr_ll at{};
    at.sll_family = AF_PACKET;
    at.sll_protocol = htons(ETH_P_ALL);
    at.sll_ifindex = static_cast<int>(if_nametoindex(interface));
    REQUIRE(bind(fd_.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
  }

  // Until `done`; false: it has not come.
  template <class Done>
  bool listen_until(Done done) {
    const int64_t end_ns = monotonic_ns() + kDeadlineNs;
    for (;;) {
      while (take()) {
      }
      if (done()) return true;
      const int64_t left_ms = (end_ns - monotonic_ns()) / 1'000'000;
      if (left_ms <= 0) return false;
      pollfd ready{fd_.get(), POLLIN, 0};
      poll(&ready, 1, static_cast<int>(left_ms));
    }
  }
  // The next advert that comes from the other end, from now on.
  bool hears_advert() {
    while (take()) {
    }
    const size_t before = adverts(false).size();
    return listen_until([&] { return adverts(false).size() > before; });
  }
  std::vector<Heard> adverts(bool outgoing) const { return select(outgoing, false); }
  // Whether the other end has sent such a one.
  bool advert(uint8_t vrid, uint8_t priority) const {
    const auto sent = adverts(false);
    return std::any_of(sent.begin(), sent.end(), [=](const Heard& one) {
      return one.vrid == vrid && one.priority == priority;
    });
  }
  std::vector<Heard> garps(bool outgoing) const { return select(outgoing, true); }

 private:
  std::vector<Heard> select(bool outgoing, bool garp) const {
    std::vector<Heard> found;
    std::copy_if(heard_.begin(), heard_.end(), std::back_inserter(found),
                 [&](const Heard& one) { return one.outgoing == outgoing && one.garp == garp; });
    return found;
  }
  bool take() {
    uint8_t frame[2048];
    sockaddr_ll from{};
    socklen_t size = sizeof from;
    if (recvfrom(fd_.get(), frame, sizeof frame, 0, reinterpret_cast<sockaddr*>(&from), &size) < 0)
      return false;
    Heard one{from.sll_pkttype == PACKET_OUTGOING, false, 0, 0, {}};
    std::copy_n(frame + 6, 6, one.mac.begin());
    const int type = frame[12] << 8 | frame[13];
    constexpr size_t kIp = 14, kHeader = 20, kArpSender = 28, kArpTarget = 38;
    one.garp = type == ETHERTYPE_ARP && memcmp(frame + kArpSender, frame + kArpTarget, 4) == 0;
    const bool advert = type == ETHERTYPE_IP && frame[kIp + 9] == 112;
    one.vrid = advert ? frame[kIp + kHeader + 1] : 0;
    one.priority = advert ? frame[kIp + kHeader + 2] : 0;
    if (one.garp || advert) heard_.push_back(one);
    return true;
  }

  Fd fd_;
  std::vector<Heard> heard_;
};

// The vrrp section of one virtual router, which has the address 10.1.10.VRID.
std::string router(const char* interface, int vrid, int priority, const char* lines = "") {
  return fmt::format(
      "vrrp v{1}\ninterface {0}\nvrid {1}\nversion 3\nadvert-int {2}ms\npriority {3}\n"
      "down-timer-adverts 100\nno track-proxy\nvirtual-address 10.1.10.{1}/24\n"
      "garp repeat 2 delay 1s\n{4}"
      "authentication hmac key 1 hex:000102030405060708090a0b0c0d0e0f\n",
      interface, vrid, kIntervalMs, priority, lines);
}

struct Node {
  explicit Node(const std::string& sections) { configure(sections); }
  void configure(const std::string& sections) {
    config = config_of(sections);
    shared = std::move(Shared::create(*config, 1)).value();
  }
  void run(const std::string& state) { process.emplace(*config, *shared, state); }
  void replace() { run(process->end(VirtualRouters::claims_of(*config))); }
  // By a process of another configuration, which does not begin before the test goes on. Returns
  // the state for it.
  std::string end_for(const std::string& sections) {
    return process->end(VirtualRouters::claims_of(*config_of(sections)));
  }
  VrrpSlot& slot(uint32_t number = 0) { return shared->vrrp(number); }
  uint64_t refused() {
    uint64_t sum = 0;
    for (const auto& reason : slot().rejected) sum += reason;
    return sum;
  }
  // What happened, for a failure.
  std::string story() {
    VrrpEventRing& ring = shared->vrrp_events();
    std::string out;
    for (uint64_t i = 1; i <= ring.written; ++i) {
      const VrrpEventEntry& entry = ring.entries[i % kVrrpEvents];
      out += fmt::format("{} {}: {}\n", entry.at_ns / 1'000'000, entry.what, entry.text);
    }
    return out;
  }
  std::unique_ptr<const Config> config;
  std::unique_ptr<Shared> shared;
  std::optional<Process> process;
};

void lay_cable() {
  run("ip link add w0 type veth peer name w1 && ip link set w0 up && ip link set w1 up && "
      "ip addr add 10.1.10.6/24 dev w0 && ip addr add 10.1.10.7/24 dev w1 && "
      "sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.w0.rp_filter=0 "
      "net.ipv4.conf.w1.rp_filter=0 net.ipv4.conf.w1.accept_local=1 "
      // Or w1 would answer for the address of w0.
      "net.ipv4.conf.all.arp_ignore=1");
}

// Somewhere, or on one device.
bool holds(const char* address, const char* where = "") {
  return run(fmt::format("ip addr show {}", where)).find(address) != std::string::npos;
}

TEST_CASE("a hundred successor processes: no transition, and no frame too much", "[vrrp][netns]") {
  const bool virtual_mac = GENERATE(false, true);
  INFO("virtual-mac: " << virtual_mac);
  TestNamespace ns;
  if (!ns) return;
  lay_cable();
  Ear ear("w1");
  Node master(router("w0", 51, 255, virtual_mac ? "virtual-mac name m0\n" : ""));
  Node backup(router("w1", 51, 100, virtual_mac ? "virtual-mac name m1\n" : ""));
  backup.run("");
  const int64_t began_ns = monotonic_ns();
  master.run("");
  for (int i = 0; i < kTimes; ++i) {
    INFO("hand-over " << i);
    master.replace();
    backup.replace();
    // Often before an advert was due, and before the second burst was.
    if (i % 10 == 9) REQUIRE(ear.hears_advert());
  }
  REQUIRE(ear.listen_until([&] { return ear.garps(false).size() >= 4; }));
  master.replace();
  backup.replace();
  REQUIRE(ear.hears_advert());

  INFO("the master:\n" << master.story() << "the backup:\n" << backup.story());
  CHECK(master.slot().state == VrrpState::kMaster);
  CHECK(backup.slot().state == VrrpState::kBackup);
  CHECK(master.slot().became_master == 1);
  CHECK(master.slot().left_master == 0);
  CHECK(backup.slot().became_backup == 1);
  CHECK(backup.slot().became_master == 0);
  CHECK(backup.slot().peers_heard == 1);
  CHECK(backup.refused() == 0);
  CHECK(ear.adverts(true).empty());
  CHECK(ear.garps(true).empty());
  CHECK(ear.garps(false).size() == 4);

  const auto adverts = ear.adverts(false);
  for (const Ear::Heard& advert : adverts) {
    CHECK(advert.priority == 255);
    CHECK((advert.mac == std::array<uint8_t, 6>{0, 0, 0x5e, 0, 1, 51}) == virtual_mac);
  }
  // One for each beat, the first one included, however late they are; a hand-over adds none. They
  // may leave a millisecond early.
  const int64_t beats = (monotonic_ns() - began_ns + 1'000'000) / (kIntervalMs * 1'000'000) + 1;
  CHECK(static_cast<int64_t>(adverts.size()) <= beats);
  CHECK(holds("10.1.10.51/24"));
}

TEST_CASE("what a successor does not have any more is resigned first", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  lay_cable();
  Ear ear("w1");
  const std::string kept = router("w0", 51, 255);
  Node master(kept + router("w0", 52, 255, "virtual-route 10.8.0.0/16 via 10.1.10.9\n") +
              router("w0", 53, 255, "virtual-mac\n"));
  Node backup(router("w1", 51, 100) + router("w1", 52, 100));
  backup.run("");
  master.run("");
  REQUIRE(ear.listen_until(
      [&] { return ear.advert(51, 255) && ear.advert(52, 255) && ear.advert(53, 255); }));
  REQUIRE(holds("10.1.10.51/24", "dev w0"));
  REQUIRE(holds("10.1.10.52/24", "dev w0"));
  REQUIRE(holds("10.1.10.53/24"));

  const std::string state = master.end_for(kept);
  // Whoever takes it up has not begun.
  CHECK(holds("10.1.10.51/24", "dev w0"));
  CHECK_FALSE(holds("10.1.10.52/24", "dev w0"));
  CHECK_FALSE(holds("10.1.10.53/24"));
  CHECK(run("ip route show 10.8.0.0/16").empty());
  CHECK(run("ip link show type macvlan").empty());
  // Within its skew time: ten seconds sooner than without the advert of priority 0.
  REQUIRE(ear.listen_until([&] { return backup.slot(1).state == VrrpState::kMaster; }));
  CHECK(ear.advert(52, 0));
  CHECK_FALSE(ear.advert(51, 0));

  master.configure(kept);
  master.run(state);
  REQUIRE(ear.hears_advert());
  INFO("the backup:\n" << backup.story());
  CHECK(master.slot().state == VrrpState::kMaster);
  CHECK(master.slot().became_master == 0);
  CHECK(backup.slot(0).state == VrrpState::kBackup);
  CHECK(backup.slot(0).became_master == 0);
}

}  // namespace
}  // namespace hawser::vrrp
