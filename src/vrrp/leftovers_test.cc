// SPDX-License-Identifier: MIT
#include "vrrp/leftovers.h"

#include <fmt/format.h>
#include <net/if.h>

#include "config/testing.h"
#include "netlink/netns_testing.h"
#include "vrrp/vips.h"

namespace hawser::vrrp {
namespace {

std::unique_ptr<const Config> with_lines(const std::string& lines) {
  return config_of("vrrp web\n interface w0\n vrid 51\n" + lines);
}

struct Host {
  Host() {
    run("ip link add w0 type veth peer name w1 && ip link set w0 up && ip link set w1 up && "
        "ip link set lo up && ip addr add 192.0.2.1/24 dev w0");
    kernel = std::move(Rtnl::open()).value();
  }
  // What a process of this configuration has while it is master, when it is killed.
  void leave_behind(const Config& config) {
    const VrrpInstanceConfig& instance = config.vrrp_instances[0];
    BaseInterfaces bases(*kernel);
    std::string interface = "w0", warning;
    if (!instance.macvlan.empty()) {
      Macvlan macvlan(instance, *kernel, bases);
      REQUIRE(macvlan.settle(if_nametoindex("w0"), warning));
      REQUIRE(macvlan.raise());
      interface = instance.macvlan;
    }
    REQUIRE(Vips(instance, false, interface).take(*kernel));
  }
  bool has(const char* what) { return run("ip addr").find(what) != std::string::npos; }
  std::string arp_ignore() { return run("sysctl -n net.ipv4.conf.w0.arp_ignore"); }
  std::unique_ptr<Rtnl> kernel;
};

TEST_CASE("whoever is alone knows it, and whoever is not as well", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  const Presence first;
  CHECK(first.is_alone());
  {
    const Presence second;
    CHECK_FALSE(second.is_alone());
    CHECK_FALSE(first.is_alone());
  }
  CHECK(first.is_alone());
}

TEST_CASE("those of another network namespace do not count", "[vrrp][netns]") {
  TestNamespace outer;
  if (!outer) return;
  const Presence there;
  TestNamespace inner;
  REQUIRE(inner);
  CHECK(Presence().is_alone());
}

TEST_CASE("what the configuration names no more is removed, and nothing else", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  Host host;
  const auto then = with_lines(" virtual-mac\n virtual-address 192.0.2.10/24\n");
  const auto also = with_lines(" virtual-address 192.0.2.20/24\n virtual-address 192.0.2.30/24\n");
  const auto now = with_lines(" virtual-address 192.0.2.20/24\n");
  host.leave_behind(*then);
  host.leave_behind(*also);
  run("ip link add other link w0 type macvlan mode bridge && ip addr add 192.0.2.40/24 dev w0");
  REQUIRE(host.arp_ignore() == "1\n");
  BaseInterfaces bases(*host.kernel);
  REQUIRE(remove_leftovers(*host.kernel, bases, *now));
  CHECK(if_nametoindex("vrrp.51") == 0);
  CHECK(host.arp_ignore() == "0\n");
  CHECK_FALSE(host.has("192.0.2.10/24"));
  CHECK_FALSE(host.has("192.0.2.30/24"));
  // Named, and to be found by its instance; and what others put there.
  CHECK(host.has("192.0.2.20/24"));
  CHECK(host.has("192.0.2.40/24"));
  CHECK(host.has("192.0.2.1/24"));
  CHECK(if_nametoindex("other") != 0);
}

TEST_CASE("routes and rules that the configuration names no more are removed", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  Host host;
  run("ip addr add 2001:db8::1/64 dev w0 nodad");
  const std::string addresses = " virtual-address 192.0.2.10/24\n";
  const std::string kept =
      " virtual-route default via 192.0.2.254 table 100\n virtual-route 10.8.0.0/16 dev w0\n"
      " virtual-route 2001:db8:8::/48 via 2001:db8::254\n"
      " virtual-rule from 192.0.2.10 table 100 priority 1000\n virtual-rule fwmark 8 table 100\n";
  const std::string dropped =
      " virtual-route 10.9.0.0/16 via 192.0.2.254\n"
      " virtual-route 2001:db8:9::/48 via 2001:db8::254 metric 5\n"
      " virtual-rule from 192.0.2.9 table 100 priority 999\n virtual-rule fwmark 9 table 100\n";
  // An administrator's own.
  run("ip route add 10.9.9.0/24 via 192.0.2.254 && "
      "ip route add 10.9.0.0/16 via 192.0.2.254 metric 7 proto static && "
      "ip route add blackhole 10.10.0.0/16 proto 112 && "
      "ip rule add fwmark 9 table 100 && ip rule add from 192.0.2.9 table 100");
  const auto theirs = [] { return run("ip route; ip -6 route; ip rule; ip -6 rule"); };
  const std::string before = theirs();
  host.leave_behind(*with_lines(addresses + kept + dropped));
  BaseInterfaces bases(*host.kernel);
  REQUIRE(remove_leftovers(*host.kernel, bases, *with_lines(addresses + kept)));
  const auto listed = [](const char* list) { return lines_with("", std::string("ip ") + list); };
  CHECK(run("ip route show table 100").find("default via 192.0.2.254") != std::string::npos);
  CHECK(listed("route show proto 112 root 10.8.0.0/16") == 1);
  CHECK(listed("-6 route show proto 112") == 1);
  CHECK(listed("rule show table 100") == 4);
  REQUIRE(remove_leftovers(*host.kernel, bases, *with_lines(addresses)));
  run("ip addr del 192.0.2.10/24 dev w0");
  CHECK(theirs() == before);
}

// The kernel has one route of a network, a metric and a table.
TEST_CASE("a route that has another gateway now is in the way no more", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  Host host;
  const auto via = [](int gateway) {
    return with_lines(fmt::format(
        " virtual-address 192.0.2.10/24\n virtual-route default via 192.0.2.{}\n", gateway));
  };
  host.leave_behind(*via(253));
  const auto now = via(254);
  BaseInterfaces bases(*host.kernel);
  REQUIRE(remove_leftovers(*host.kernel, bases, *now));
  REQUIRE(Vips(now->vrrp_instances[0], false, "w0").take(*host.kernel));
  CHECK(run("ip route show default").find("via 192.0.2.254 ") != std::string::npos);
}

TEST_CASE("an interface below that is still in use keeps its settings", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  Host host;
  const auto now =
      config_of("vrrp a\n interface w0\n vrid 52\n virtual-mac\n virtual-address 192.0.2.20\n");
  host.leave_behind(*with_lines(" virtual-mac\n virtual-address 192.0.2.10/24\n"));
  BaseInterfaces bases(*host.kernel);
  Macvlan used(now->vrrp_instances[0], *host.kernel, bases);
  std::string warning;
  REQUIRE(used.settle(if_nametoindex("w0"), warning));
  REQUIRE(remove_leftovers(*host.kernel, bases, *now));
  CHECK(if_nametoindex("vrrp.51") == 0);
  CHECK(if_nametoindex("vrrp.52") != 0);
  CHECK(host.arp_ignore() == "1\n");
  REQUIRE(used.remove());
  CHECK(host.arp_ignore() == "0\n");
}

TEST_CASE("--release-vips removes all of it, but nothing of a process that runs", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  Host host;
  host.leave_behind(*with_lines(" virtual-mac\n virtual-address 192.0.2.10/24\n"));
  const auto now = with_lines(" virtual-address 192.0.2.20/24\n");
  {
    const Presence somebody;
    CHECK(release_all(*now));
    CHECK(if_nametoindex("vrrp.51") != 0);
  }
  CHECK(release_all(*now));
  CHECK(if_nametoindex("vrrp.51") == 0);
  CHECK_FALSE(host.has("192.0.2.10"));
}

}  // namespace
}  // namespace hawser::vrrp
