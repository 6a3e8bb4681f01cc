// SPDX-License-Identifier: MIT
#include "vrrp/macvlan.h"

#include <linux/ip.h>
#include <net/if.h>

#include "netlink/netns_testing.h"

namespace hawser::vrrp {
namespace {

VrrpInstanceConfig instance_of(uint8_t vrid) {
  VrrpInstanceConfig instance;
  instance.family = AF_INET;
  instance.macvlan = "vrrp." + std::to_string(vrid);
  instance.mac = {0x00, 0x00, 0x5e, 0x00, 0x01, vrid};
  instance.addresses.emplace_back();
  instance.addresses.back().address = *Address::parse_ip("192.0.2.10");
  return instance;
}

// A cable whose end w0 the macvlans stand on, and one process of ours after the other.
struct Host {
  Host() {
    run("ip link add w0 type veth peer name w1 && ip link set w0 up && ip link set w1 up && "
        "ip link add v0 type veth peer name v1 && ip link set v0 up");
    base = if_nametoindex("w0");
    start_anew();
  }
  void start_anew() {
    auto opened = Rtnl::open();
    REQUIRE(opened);
    kernel = std::move(opened).value();
    bases = std::make_unique<BaseInterfaces>(*kernel);
  }
  Macvlan macvlan(uint8_t vrid) { return Macvlan(instance_of(vrid), *kernel, *bases); }
  LinkDetails look(const std::string& name) {
    const auto found = kernel->find_link(name);
    REQUIRE(found);
    REQUIRE(*found);
    return **found;
  }
  bool exists(const std::string& name) { return if_nametoindex(name.c_str()) != 0; }
  ArpSettings arp() {
    const LinkDetails link = look("w0");
    return {link.ipv4_setting(IPV4_DEVCONF_ARP_IGNORE),
            link.ipv4_setting(IPV4_DEVCONF_ARP_ANNOUNCE)};
  }
  uint32_t base = 0;
  std::unique_ptr<Rtnl> kernel;
  std::unique_ptr<BaseInterfaces> bases;
  std::string warning;
};

std::string read_setting(const std::string& name) { return run("cat /proc/sys/net/" + name); }

TEST_CASE("an alias tells what the interface below had", "[vrrp]") {
  CHECK(alias_of({0, 2}) == "hawser, arp_ignore 0 and arp_announce 2 below");
  CHECK(parse_alias(alias_of({8, 1})) == ArpSettings{8, 1});
  CHECK(parse_alias("hawser, arp_ignore 0 and arp_announce 2 below us") == std::nullopt);
  CHECK(parse_alias("") == std::nullopt);
}

TEST_CASE("a macvlan is made, raised, lowered and removed", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  Host host;
  Macvlan macvlan = host.macvlan(51);
  REQUIRE(macvlan.settle(host.base, host.warning));
  CHECK(host.warning.empty());
  LinkDetails made = host.look("vrrp.51");
  CHECK(made.index == macvlan.ifindex());
  CHECK(made.kind == "macvlan");
  CHECK(made.base == host.base);
  CHECK(made.mac == MacAddress{0x00, 0x00, 0x5e, 0x00, 0x01, 51});
  CHECK_FALSE(made.up);
  CHECK(made.ipv4_setting(IPV4_DEVCONF_ARP_IGNORE) == 1);
  CHECK(made.ipv4_setting(IPV4_DEVCONF_ARP_ANNOUNCE) == 2);
  CHECK(made.ipv4_setting(IPV4_DEVCONF_RP_FILTER) == 2);
  CHECK(read_setting("ipv6/conf/vrrp.51/disable_ipv6") == "1\n");
  CHECK(read_setting("ipv6/conf/vrrp.51/addr_gen_mode") == "1\n");
  CHECK(host.arp() == ArpSettings{1, 2});
  REQUIRE(macvlan.raise());
  CHECK(host.look("vrrp.51").up);
  REQUIRE(macvlan.lower());
  CHECK_FALSE(host.look("vrrp.51").up);
  REQUIRE(macvlan.remove());
  CHECK_FALSE(host.exists("vrrp.51"));
  CHECK(host.arp() == ArpSettings{0, 0});
}

TEST_CASE("a macvlan of IPv6 addresses has no other ones", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  Host host;
  VrrpInstanceConfig instance = instance_of(51);
  instance.addresses.back().address = *Address::parse_ip("2001:db8::10");
  Macvlan macvlan(instance, *host.kernel, *host.bases);
  REQUIRE(macvlan.settle(host.base, host.warning));
  REQUIRE(macvlan.raise());
  CHECK(read_setting("ipv6/conf/vrrp.51/disable_ipv6") == "0\n");
  CHECK(read_setting("ipv6/conf/vrrp.51/accept_ra") == "0\n");
  CHECK(run("ip -6 addr show dev vrrp.51").empty());
}

TEST_CASE("an interface below two macvlans is restored after the last one", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  Host host;
  Macvlan first = host.macvlan(51), second = host.macvlan(52);
  REQUIRE(first.settle(host.base, host.warning));
  REQUIRE(second.settle(host.base, host.warning));
  REQUIRE(first.remove());
  CHECK(host.arp() == ArpSettings{1, 2});
  REQUIRE(second.remove());
  CHECK(host.arp() == ArpSettings{0, 0});
}

TEST_CASE("what the administrator has set stricter, or since, stays", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  Host host;
  Macvlan macvlan = host.macvlan(51);
  SECTION("before") {
    run("sysctl -qw net.ipv4.conf.w0.arp_ignore=2");
    REQUIRE(macvlan.settle(host.base, host.warning));
    CHECK(host.arp() == ArpSettings{2, 2});
    REQUIRE(macvlan.remove());
    CHECK(host.arp() == ArpSettings{2, 0});
  }
  SECTION("since") {
    REQUIRE(macvlan.settle(host.base, host.warning));
    run("sysctl -qw net.ipv4.conf.w0.arp_announce=1");
    REQUIRE(macvlan.remove());
    CHECK(host.arp() == ArpSettings{1, 1});
  }
}

TEST_CASE("what a killed process left is taken, or removed", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  Host host;
  Macvlan killed = host.macvlan(51);
  REQUIRE(killed.settle(host.base, host.warning));
  REQUIRE(killed.raise());
  host.start_anew();
  SECTION("it is taken as it is") {
    Macvlan next = host.macvlan(51);
    REQUIRE(next.settle(host.base, host.warning));
    CHECK(next.ifindex() == if_nametoindex("vrrp.51"));
    CHECK(next.is_up());
    CHECK(host.arp() == ArpSettings{1, 2});
    REQUIRE(next.remove());
  }
  SECTION("it is removed") { REQUIRE(host.macvlan(51).remove_leftover()); }
  SECTION("it is removed where the section has another interface now") {
    Macvlan next = host.macvlan(51);
    REQUIRE(next.settle(if_nametoindex("v0"), host.warning));
    CHECK(host.look("vrrp.51").base == if_nametoindex("v0"));
    REQUIRE(next.remove());
  }
  CHECK_FALSE(host.exists("vrrp.51"));
  CHECK(host.arp() == ArpSettings{0, 0});
}

TEST_CASE("somebody else's interface is left alone", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  Host host;
  run("ip link add vrrp.51 link w0 type macvlan mode private");
  Macvlan macvlan = host.macvlan(51);
  const auto settled = macvlan.settle(host.base, host.warning);
  REQUIRE_FALSE(settled);
  CHECK(settled.error().text ==
        "there is an interface vrrp.51 that is not ours: remove it, or give 'virtual-mac' another "
        "name");
  REQUIRE(macvlan.remove());
  REQUIRE(macvlan.remove_leftover());
  CHECK(host.exists("vrrp.51"));
  CHECK(host.arp() == ArpSettings{0, 0});
}

TEST_CASE("a macvlan that was removed, or whose interface was made anew, is made again",
          "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  Host host;
  Macvlan macvlan = host.macvlan(51);
  REQUIRE(macvlan.settle(host.base, host.warning));
  run("ip link del vrrp.51");
  REQUIRE(macvlan.settle(host.base, host.warning));
  CHECK(host.exists("vrrp.51"));
  CHECK_FALSE(macvlan.is_up());
  run("ip link del w0 && ip link add w0 type veth peer name w1");
  REQUIRE(macvlan.settle(if_nametoindex("w0"), host.warning));
  CHECK(host.look("vrrp.51").base == if_nametoindex("w0"));
  REQUIRE(macvlan.remove());
  CHECK(host.arp() == ArpSettings{0, 0});
}

}  // namespace
}  // namespace hawser::vrrp
