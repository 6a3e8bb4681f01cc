// SPDX-License-Identifier: MIT
// Against the kernel, in a network namespace of the test's own.
#include "netlink/monitor.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/shortage_testing.h"
#include "netlink/netns_testing.h"

using namespace hawser;

namespace {

std::string text_of(const LinkAddress& address) {
  return fmt::format("{}/{}", address.address.ip_text(), address.prefix);
}

// What the monitor tells, in its order: "d0 up", "d0 gone", "+192.0.2.1/24", "-192.0.2.1/24".
class Watcher {
 public:
  Watcher() {
    auto opened = NetMonitor::open(
        loop_,
        {.link_changed =
             [this](const Link& link) { told(link.name + (link.usable ? " up" : " down")); },
         .link_gone = [this](const Link& link) { told(link.name + " gone"); },
         .address_added = [this](const LinkAddress& address) { told("+" + text_of(address)); },
         .address_gone = [this](const LinkAddress& address) { told("-" + text_of(address)); }});
    REQUIRE(opened);
    monitor_ = std::move(opened).value();
  }
  // Turns the loop until `what` was told, two seconds at most.
  bool hears(const std::string& what) {
    wanted_ = what;
    if (!was_told(what)) {
      Timer limit(loop_, [this] { loop_.stop(); });
      limit.start(Millis(2000));
      loop_.run();
    }
    INFO("told: " << fmt::format("{}", fmt::join(told_, ", ")));
    CHECK(was_told(what));
    return was_told(what);
  }
  bool was_told(const std::string& what) const {
    return std::find(told_.begin(), told_.end(), what) != told_.end();
  }
  // Nobody can open anything for a while, nor read lists.
  void starve_for(Millis time) {
    const FdShortage shortage(0);
    Timer over(loop_, [this] { loop_.stop(); });
    over.start(time);
    loop_.run();
  }
  size_t count_told() const { return told_.size(); }
  void forget() { told_.clear(); }
  const NetMonitor& monitor() const { return *monitor_; }
  std::string addresses_of(const std::string& name) const {
    const Link* link = monitor_->find(name);
    REQUIRE(link != nullptr);
    std::vector<std::string> texts;
    for (const LinkAddress& address : monitor_->addresses().of(link->index)) {
      if (!address.address.is_ip() || address.scope != 0) continue;
      texts.push_back(text_of(address));
    }
    std::sort(texts.begin(), texts.end());
    return fmt::format("{}", fmt::join(texts, " "));
  }

 private:
  void told(std::string what) {
    told_.push_back(std::move(what));
    if (told_.back() == wanted_) loop_.stop();
  }
  Loop loop_;
  std::vector<std::string> told_;
  std::string wanted_;
  std::unique_ptr<NetMonitor> monitor_;
};

void lay_cable() {
  run("ip link add d0 type veth peer name d1 && ip link set d0 up && ip link set d1 up");
}

// More changes than its socket holds: of an address of d0.
constexpr size_t kChanges = 20'000;
void overflow(const Watcher& watcher) {
  const auto kernel = Rtnl::open();
  REQUIRE(kernel);
  InterfaceAddress passing;
  passing.ifindex = watcher.monitor().find("d0")->index;
  passing.address = *Address::parse_ip("192.0.2.2");
  for (size_t i = 0; i < kChanges / 2; ++i) {
    REQUIRE((*kernel)->add(passing));
    REQUIRE((*kernel)->remove(passing));
  }
}

}  // namespace

TEST_CASE("a monitor knows what is there, and tells of none of it", "[netns]") {
  TestNamespace ns;
  if (!ns) return;
  lay_cable();
  run("ip link set d0 address 02:00:00:00:00:07 mtu 1400 && ip addr add 192.0.2.1/24 dev d0 && "
      "ip addr add 192.0.2.2/24 dev d0");
  Watcher watcher;
  CHECK(watcher.count_told() == 0);
  const Link* link = watcher.monitor().find("d0");
  REQUIRE(link != nullptr);
  CHECK(watcher.monitor().find(link->index) == link);
  CHECK(link->usable);
  CHECK(link->mtu == 1400);
  CHECK(link->mac[5] == 7);
  CHECK(watcher.addresses_of("d0") == "192.0.2.1/24 192.0.2.2/24");
  CHECK(watcher.monitor().find("d2") == nullptr);
  CHECK(watcher.monitor().find(4711) == nullptr);
}

TEST_CASE("a monitor follows an interface from its coming to its going", "[netns]") {
  TestNamespace ns;
  if (!ns) return;
  Watcher watcher;
  lay_cable();
  CHECK(watcher.hears("d0 up"));
  watcher.forget();
  run("ip link set d1 down");  // no carrier any more
  CHECK(watcher.hears("d0 down"));
  CHECK_FALSE(watcher.monitor().find("d0")->usable);
  run("ip link set d1 up");
  watcher.forget();
  CHECK(watcher.hears("d0 up"));
  run("ip link set d0 down && ip link set d0 name e0 && ip link set e0 up");
  CHECK(watcher.hears("e0 up"));
  CHECK(watcher.monitor().find("d0") == nullptr);
  run("ip link del e0");
  CHECK(watcher.hears("e0 gone"));
  CHECK(watcher.monitor().find("e0") == nullptr);
}

TEST_CASE("a monitor counts how often an interface came up, however short it was down", "[netns]") {
  TestNamespace ns;
  if (!ns) return;
  lay_cable();
  Watcher watcher;
  const auto ups = [&watcher] { return watcher.monitor().find("d0")->ups; };
  CHECK(ups() == 0);
  run("ip addr add 192.0.2.1/24 dev d0");
  CHECK(watcher.hears("+192.0.2.1/24"));
  CHECK(ups() == 0);
  // Both in one turn; the kernel may tell of them in one message.
  run("ip link set d1 down && ip link set d1 up && ip addr add 192.0.2.2/24 dev d0");
  CHECK(watcher.hears("+192.0.2.2/24"));
  CHECK(watcher.hears("d0 up"));
  CHECK(ups() == 1);
  run("ip link set d0 down");
  CHECK(watcher.hears("d0 down"));
  CHECK(ups() == 1);
  watcher.forget();
  run("ip link set d0 up");
  CHECK(watcher.hears("d0 up"));
  CHECK(ups() == 2);
}

TEST_CASE("a monitor follows addresses, and knows those of an interface", "[netns]") {
  TestNamespace ns;
  if (!ns) return;
  lay_cable();
  Watcher watcher;
  run("ip addr add 192.0.2.1/24 dev d0 && ip -6 addr add 2001:db8::1/64 dev d0 nodad && "
      "ip addr add 192.0.2.9/24 dev d1");
  CHECK(watcher.hears("+192.0.2.9/24"));
  CHECK(watcher.was_told("+2001:db8::1/64"));
  CHECK(watcher.addresses_of("d0") == "192.0.2.1/24 2001:db8::1/64");
  run("ip addr del 192.0.2.1/24 dev d0");
  CHECK(watcher.hears("-192.0.2.1/24"));
  CHECK(watcher.addresses_of("d0") == "2001:db8::1/64");
  SECTION("they go with their interface") {
    run("ip link del d0");
    CHECK(watcher.hears("d0 gone"));
    CHECK(watcher.was_told("-2001:db8::1/64"));
    CHECK(watcher.was_told("-192.0.2.9/24"));
    for (const auto& [ifindex, list] : watcher.monitor().addresses().all()) {
      for (const LinkAddress& address : list) CHECK(address.scope != 0);
    }
  }
  SECTION("an address that is there and changes is told again, and known once") {
    watcher.forget();
    run("ip addr change 2001:db8::1/64 dev d0 preferred_lft 0 nodad");
    CHECK(watcher.hears("+2001:db8::1/64"));
    CHECK(watcher.addresses_of("d0") == "2001:db8::1/64");
  }
}

TEST_CASE("what cannot be read after lost changes is read later", "[netns]") {
  TestNamespace ns;
  if (!ns) return;
  lay_cable();
  run("ip addr add 192.0.2.1/24 dev d0");
  Watcher watcher;
  overflow(watcher);
  run("ip addr del 192.0.2.1/24 dev d0 && ip addr add 192.0.2.3/24 dev d0");
  watcher.starve_for(Millis(20));
  CHECK(watcher.addresses_of("d0") == "192.0.2.1/24");
  CHECK(watcher.hears("+192.0.2.3/24"));
  CHECK(watcher.addresses_of("d0") == "192.0.2.3/24");
}

TEST_CASE("after more changes than its socket holds a monitor reads everything anew", "[netns]") {
  TestNamespace ns;
  if (!ns) return;
  lay_cable();
  run("ip addr add 192.0.2.1/24 dev d0");
  Watcher watcher;
  // The last one that its socket holds is an address that comes, or one that goes.
  if (GENERATE(false, true)) run("ip addr add 192.0.2.4/24 dev d1");
  overflow(watcher);
  run("ip addr del 192.0.2.1/24 dev d0 && ip addr add 192.0.2.3/24 dev d0");
  CHECK(watcher.hears("-192.0.2.1/24"));
  CHECK(watcher.hears("+192.0.2.3/24"));
  CHECK(watcher.count_told() < kChanges);  // some were lost, or this shows nothing
  CHECK(watcher.addresses_of("d0") == "192.0.2.3/24");
}
