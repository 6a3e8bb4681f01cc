// SPDX-License-Identifier: MIT
// Against the kernel, in a network namespace of the test's own.
#include "netlink/rtnl.h"

#include <linux/rtnetlink.h>
#include <net/if.h>

#include "netlink/netns_testing.h"

using namespace hawser;

namespace {

// A cable whose ends are d0 and d1, both up.
struct Site {
  Site() {
    run("ip link add d0 type veth peer name d1 && ip link set d0 up && ip link set d1 up && "
        "ip link set lo up");
    auto opened = Rtnl::open();
    REQUIRE(opened);
    kernel = std::move(opened).value();
    index = if_nametoindex("d0");
  }
  InterfaceAddress address(const char* text, uint8_t prefix) const {
    InterfaceAddress address;
    address.ifindex = index;
    address.address = *Address::parse_ip(text);
    address.prefix = prefix;
    return address;
  }
  std::unique_ptr<Rtnl> kernel;
  uint32_t index = 0;
};

// true: it was done, false: it was so before. An error fails the test.
bool done(const Result<bool>& result) {
  if (!result) FAIL(result.error().text);
  return *result;
}

std::string refusal(const Result<bool>& result) {
  REQUIRE_FALSE(result);
  return result.error().text;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// The second time it is there, or is not, without an error. `command` lists it as `line`.
template <class Thing>
void check_once(Rtnl& kernel, const Thing& thing, const std::string& command,
                const std::string& line) {
  INFO(line);
  CHECK(done(kernel.add(thing)));
  CHECK_FALSE(done(kernel.add(thing)));
  CHECK(contains(run(command), line));
  CHECK(done(kernel.remove(thing)));
  CHECK_FALSE(done(kernel.remove(thing)));
  CHECK_FALSE(contains(run(command), line));
}

constexpr uint8_t kProtocol = 112;

}  // namespace

TEST_CASE("an address is added once and removed once", "[netns]") {
  TestNamespace ns;
  if (!ns) return;
  Site site;
  InterfaceAddress v4 = site.address("192.0.2.10", 24);
  v4.label = "d0:vip";
  v4.broadcast = Address::parse_ip("192.0.2.255");
  check_once(*site.kernel, v4, "ip addr show dev d0",
             "inet 192.0.2.10/24 brd 192.0.2.255 scope global d0:vip");
  InterfaceAddress v6 = site.address("2001:db8::10", 128);
  v6.no_dad = v6.deprecated = true;
  check_once(*site.kernel, v6, "ip addr show dev d0",
             "inet6 2001:db8::10/128 scope global nodad deprecated");
}

TEST_CASE("what was on an interface that is gone needs no removal", "[netns]") {
  TestNamespace ns;
  if (!ns) return;
  Site site;
  const InterfaceAddress address = site.address("192.0.2.10", 24);
  CHECK(done(site.kernel->add(address)));
  CHECK(site.kernel->remove_link(site.index));
  CHECK(if_nametoindex("d0") == 0);
  CHECK_FALSE(done(site.kernel->remove(address)));
  CHECK(site.kernel->remove_link(site.index));
}

TEST_CASE("routes are added once and removed once", "[netns]") {
  TestNamespace ns;
  if (!ns) return;
  Site site;
  CHECK(done(site.kernel->add(site.address("192.0.2.10", 24))));
  KernelRoute route;
  route.family = AF_INET;
  route.protocol = kProtocol;
  SECTION("the default route of a table of its own") {
    route.via = Address::parse_ip("192.0.2.1");
    route.source = Address::parse_ip("192.0.2.10");
    route.table = 1000;
    route.metric = 7;
    run("ip route add table 1000 198.51.100.0/24 dev d0");  // a table without routes has no list
    check_once(*site.kernel, route, "ip route show table 1000",
               "default via 192.0.2.1 dev d0 proto 112 src 192.0.2.10 metric 7");
  }
  SECTION("a network behind an interface") {
    route.to = Address::parse_ip("198.51.100.0");
    route.prefix = 24;
    route.ifindex = site.index;
    route.scope = RT_SCOPE_LINK;
    check_once(*site.kernel, route, "ip route", "198.51.100.0/24 dev d0 proto 112 scope link");
  }
}

TEST_CASE("rules are added once and removed once", "[netns]") {
  TestNamespace ns;
  if (!ns) return;
  Site site;
  KernelRule rule;
  rule.family = AF_INET;
  rule.from = Address::parse_ip("192.0.2.0");
  rule.from_prefix = 24;
  rule.to = Address::parse_ip("198.51.100.7");
  rule.to_prefix = 32;
  rule.iif = "d0";
  rule.fwmark = 5;
  rule.table = 1000;
  rule.priority = 900;
  rule.protocol = kProtocol;
  check_once(*site.kernel, rule, "ip rule show priority 900",
             "from 192.0.2.0/24 to 198.51.100.7 fwmark 0x5 iif d0 lookup 1000");
}

TEST_CASE("routes and rules of one mark are listed as they were added", "[netns]") {
  TestNamespace ns;
  if (!ns) return;
  Site site;
  REQUIRE(done(site.kernel->add(site.address("192.0.2.10", 24))));
  run("ip addr add 2001:db8::1/64 dev d0 nodad && ip route add 10.1.0.0/16 via 192.0.2.1 && "
      "ip route add blackhole 10.2.0.0/16 proto 112 && ip rule add not from 10.1.0.0/16 table 9 "
      "protocol 112 && ip rule add from 10.3.0.0/16 table 1000");
  KernelRoute route;
  route.protocol = kProtocol;
  route.table = 1000;
  route.metric = 7;
  KernelRule rule;
  rule.protocol = kProtocol;
  rule.iif = "d0";
  rule.fwmark = 5;
  rule.table = 1000;
  rule.priority = 900;
  for (const auto& [network, gateway] :
       {std::pair("198.51.100.0", "192.0.2.1"), std::pair("2001:db8:1::", "2001:db8::2")}) {
    route.to = rule.from = Address::parse_ip(network);
    route.via = rule.to = Address::parse_ip(gateway);
    route.family = rule.family = route.to->family();
    const bool is_ipv4 = route.family == AF_INET;
    route.prefix = rule.from_prefix = is_ipv4 ? 24 : 64;
    rule.to_prefix = is_ipv4 ? 32 : 128;
    REQUIRE(done(site.kernel->add(route)));
    REQUIRE(done(site.kernel->add(rule)));
  }
  auto routes = site.kernel->routes(kProtocol);
  auto rules = site.kernel->rules(kProtocol);
  REQUIRE(routes);
  REQUIRE(rules);
  REQUIRE(routes->size() == 2);
  REQUIRE(rules->size() == 2);
  // The last ones added.
  CHECK(routes->back().to == route.to);
  CHECK(routes->back().prefix == 64);
  CHECK(routes->back().via == route.via);
  CHECK(routes->back().ifindex == site.index);
  CHECK(routes->back().table == 1000);
  CHECK(routes->back().metric == 7);
  CHECK(rules->back().from == rule.from);
  CHECK(rules->back().to == rule.to);
  CHECK(rules->back().to_prefix == 128);
  CHECK(rules->back().iif == "d0");
  CHECK(rules->back().fwmark == 5);
  CHECK(rules->back().table == 1000);
  CHECK(rules->back().priority == 900);
  for (const KernelRoute& each : *routes) CHECK(done(site.kernel->remove(each)));
  for (const KernelRule& each : *rules) CHECK(done(site.kernel->remove(each)));
  CHECK(run("ip route show table 1000; ip rule show table 1000").find("198.51.100") ==
        std::string::npos);
}

TEST_CASE("a refusal says what was to be done, and why the kernel did not", "[netns]") {
  TestNamespace ns;
  if (!ns) return;
  Site site;
  KernelRoute route;
  route.family = AF_INET;
  route.via = Address::parse_ip("203.0.113.1");
  CHECK(refusal(site.kernel->add(route)) ==
        "cannot add route default via 203.0.113.1: Network is unreachable (Nexthop has invalid "
        "gateway)");
  InterfaceAddress nowhere = site.address("192.0.2.10", 24);
  nowhere.ifindex = 4711;
  CHECK(refusal(site.kernel->add(nowhere))
            .starts_with("cannot add address 192.0.2.10/24 on ?: No such device"));
  // The socket is as good as before.
  CHECK(done(site.kernel->add(site.address("192.0.2.10", 24))));
}

TEST_CASE("a list has all that is there", "[netns]") {
  TestNamespace ns;
  if (!ns) return;
  Site site;
  constexpr int kMany = 2000;
  for (int i = 0; i < kMany; ++i) {
    InterfaceAddress address = site.address("10.0.0.0", 32);
    const in_addr ip{htonl((10u << 24) + static_cast<uint32_t>(i))};
    address.address = Address::ipv4(ip, 0);
    REQUIRE(done(site.kernel->add(address)));
  }
  const auto count = [&site](int type, int family) {
    int found = 0;
    REQUIRE(site.kernel->dump(type, family, [&found](const nlmsghdr&) { ++found; }));
    return found;
  };
  CHECK(count(RTM_GETADDR, AF_INET) == kMany + 1);  // and that of lo
  CHECK(count(RTM_GETLINK, AF_UNSPEC) == std::stoi(run("ip -o link | wc -l")));
}
