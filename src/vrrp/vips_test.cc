// SPDX-License-Identifier: MIT
#include "vrrp/vips.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/shortage_testing.h"
#include "config/testing.h"
#include "netlink/netns_testing.h"

namespace hawser::vrrp {
namespace {

constexpr bool kNoOwner = false;

std::unique_ptr<const Config> with_lines(std::string_view lines) {
  return config_of(fmt::format("vrrp web\n interface d0\n vrid 51\n{}", lines));
}

// Addresses of both families, a route and a rule.
std::unique_ptr<const Config> two_families() {
  return with_lines(
      " virtual-address 192.0.2.10/24 label d0:vip\n"
      " virtual-address 2001:db8::10/128\n link-local none\n"
      " virtual-route default via 192.0.2.1 src 192.0.2.10 table 100\n"
      " virtual-rule from 192.0.2.10 table 100 priority 1000\n");
}

// Everything that the section's instances hold.
class Holder {
 public:
  explicit Holder(const Config& config, bool owner = kNoOwner) {
    for (const VrrpInstanceConfig& instance : config.vrrp_instances) {
      vips_.emplace_back(instance, owner, "d0");
    }
  }
  bool take(Rtnl& kernel) {
    return std::all_of(vips_.begin(), vips_.end(), [&](Vips& vips) -> bool {
      const Result<> taken = vips.take(kernel);
      INFO((taken ? "" : taken.error().text));
      CHECK(taken);
      return static_cast<bool>(taken);
    });
  }
  bool give_up(Rtnl& kernel) {
    return std::all_of(vips_.begin(), vips_.end(),
                       [&](Vips& vips) { return static_cast<bool>(vips.give_up(kernel)); });
  }

 private:
  std::vector<Vips> vips_;
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::unique_ptr<Rtnl> kernel_with_device() {
  run("ip link add d0 type veth peer name d1 && ip link set d0 up && ip link set d1 up && ip link "
      "set lo up");
  auto kernel = Rtnl::open();
  REQUIRE(kernel);
  return std::move(*kernel);
}

TEST_CASE("a master has addresses, routes and rules, and a backup none of them", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  const auto kernel = kernel_with_device();
  const auto config = two_families();
  Holder holder(*config);
  for (int i = 0; i < 2; ++i) CHECK(holder.take(*kernel));  // the second time changes nothing
  const auto addresses = run("ip addr show dev d0");
  CHECK(contains(addresses, "inet 192.0.2.10/24"));
  CHECK(contains(addresses, "d0:vip"));
  CHECK(contains(addresses, "inet6 2001:db8::10/128 scope global nodad deprecated"));
  CHECK(contains(run("ip route show table 100"), "default via 192.0.2.1"));
  CHECK(contains(run("ip rule"), "from 192.0.2.10 lookup 100"));
  for (int i = 0; i < 2; ++i) CHECK(holder.give_up(*kernel));
  CHECK(!contains(run("ip addr show dev d0"), "192.0.2.10"));
  CHECK(!contains(run("ip addr show dev d0"), "2001:db8::10"));
  CHECK(!contains(run("ip route show table all"), "table 100"));
  CHECK(!contains(run("ip rule"), "192.0.2.10"));
}

// The kernel gives each a priority of its own, and so would take the same one twice.
TEST_CASE("a rule without a priority is there once", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  const auto kernel = kernel_with_device();
  const auto config = with_lines(
      " virtual-address 192.0.2.10/24\n virtual-rule from 192.0.2.10 table 100\n"
      " virtual-rule to 192.0.2.128/25 fwmark 7 table 100\n virtual-rule iif d0 table 100\n");
  const auto rules = [] { return lines_with("lookup 100", "ip rule"); };
  run("ip rule add from 192.0.2.10 table 100");  // an administrator's own
  Vips vips(config->vrrp_instances[0], kNoOwner, "d0");
  for (int i = 0; i < 3; ++i) REQUIRE(vips.take(*kernel));
  CHECK(rules() == 1 + 3);
  CHECK(vips.give_up(*kernel));
  CHECK(rules() == 1);
}

TEST_CASE("a route on an interface that is not there is on no other one", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  const auto kernel = kernel_with_device();
  const auto config = with_lines(
      " virtual-address 192.0.2.10/24\n virtual-route 10.8.0.0/16 via 192.0.2.1 dev gone0\n");
  Vips vips(config->vrrp_instances[0], kNoOwner, "d0");
  const auto taken = vips.take(*kernel);
  REQUIRE(!taken);
  CHECK(taken.error().text == "cannot add a route on gone0: there is no such interface");
  CHECK(run("ip route show 10.8.0.0/16").empty());
  CHECK(vips.give_up(*kernel));
}

TEST_CASE("what a killed process left is removed, and nothing else", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  const auto kernel = kernel_with_device();
  const auto config = two_families();
  run("ip addr add 192.0.2.2/24 dev d0");
  REQUIRE(Holder(*config).take(*kernel));
  SECTION("by release_all") { CHECK(release_all(*config)); }
  SECTION("by a new process that begins as backup") { CHECK(Holder(*config).give_up(*kernel)); }
  SECTION("by a new process that was master for a while") {
    Holder successor(*config);
    CHECK(successor.take(*kernel));
    CHECK(successor.give_up(*kernel));
  }
  const auto addresses = run("ip addr show dev d0");
  CHECK(!contains(addresses, "192.0.2.10"));
  CHECK(!contains(addresses, "2001:db8::10"));
  CHECK(contains(addresses, "192.0.2.2/24"));
  CHECK(!contains(run("ip rule"), "192.0.2.10"));
}

TEST_CASE("an address that somebody else put there stays", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  const auto kernel = kernel_with_device();
  run("ip addr add 192.0.2.10/24 dev d0");
  const auto config = with_lines(" virtual-address 192.0.2.10/24\n");
  const bool owner = GENERATE(false, true);
  Holder holder(*config, owner);
  CHECK(holder.take(*kernel));
  CHECK(holder.give_up(*kernel));
  CHECK(contains(run("ip addr show dev d0"), "192.0.2.10/24"));
  CHECK(release_all(*config));
  CHECK(contains(run("ip addr show dev d0"), "192.0.2.10/24"));
}

TEST_CASE("an address that is deleted is lost, or put back", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  const auto kernel = kernel_with_device();
  const bool untracked = GENERATE(false, true);
  const auto config =
      with_lines(fmt::format(" virtual-address 192.0.2.10/24{}\n", untracked ? " no-track" : ""));
  Vips vips(config->vrrp_instances[0], kNoOwner, "d0");
  REQUIRE(vips.take(*kernel));
  run("ip addr del 192.0.2.10/24 dev d0");
  LinkAddress gone;
  gone.ifindex = vips.places(*kernel)[0].ifindex;
  gone.address = *Address::parse_ip("192.0.2.10");
  gone.prefix = 24;
  CHECK(vips.address_gone(gone, *kernel) ==
        (untracked ? Vips::Loss::kUntracked : Vips::Loss::kLost));
  CHECK(contains(run("ip addr show dev d0"), "192.0.2.10/24"));
  gone.prefix = 32;
  CHECK(vips.address_gone(gone, *kernel) == Vips::Loss::kNotOurs);
  // Who holds nothing loses nothing.
  CHECK(vips.give_up(*kernel));
  gone.prefix = 24;
  CHECK(vips.address_gone(gone, *kernel) == Vips::Loss::kNotOurs);
}

// The kernel's message of our own removal may be read when the address is held again.
TEST_CASE("a late message of an address that is there is no loss", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  const auto kernel = kernel_with_device();
  const auto config = with_lines(" virtual-address 192.0.2.10/24\n");
  Vips vips(config->vrrp_instances[0], kNoOwner, "d0");
  REQUIRE(vips.take(*kernel));
  REQUIRE(vips.give_up(*kernel));
  REQUIRE(vips.take(*kernel));
  LinkAddress gone;
  gone.ifindex = vips.places(*kernel)[0].ifindex;
  gone.address = *Address::parse_ip("192.0.2.10");
  gone.prefix = 24;
  CHECK(vips.address_gone(gone, *kernel) == Vips::Loss::kStillThere);
  CHECK(vips.give_up(*kernel));
  CHECK_FALSE(contains(run("ip addr show dev d0"), "192.0.2.10"));
}

TEST_CASE("of thousands of addresses each is known, taken and given up", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  const auto kernel = kernel_with_device();
  constexpr int kMany = 3000;
  std::string lines;
  for (int i = 0; i < kMany; ++i) {
    lines += fmt::format(" virtual-address 10.7.{}.{}/32 not-advertised\n", i / 200, i % 200 + 1);
  }
  const auto config = with_lines(" virtual-address 192.0.2.10/24\n" + lines);
  const auto held = [] { return std::stoi(run("ip -4 -o addr show dev d0 | wc -l")); };
  Vips vips(config->vrrp_instances[0], kNoOwner, "d0");
  CHECK(vips.interfaces() == std::vector<std::string>{"d0"});
  REQUIRE(vips.take(*kernel));
  CHECK(vips.took_any());
  CHECK(held() == kMany + 1);
  REQUIRE(vips.take(*kernel));
  CHECK_FALSE(vips.took_any());
  run("ip addr flush dev d0 scope global");
  for (const Vips::Place& place : vips.places(*kernel)) {
    LinkAddress gone;
    gone.ifindex = place.ifindex;
    gone.address = *Address::parse_ip(place.address.text());
    gone.prefix = gone.address == *Address::parse_ip("192.0.2.10") ? 24 : 32;
    REQUIRE(vips.address_gone(gone, *kernel) == Vips::Loss::kLost);
  }
  CHECK(held() == kMany + 1);
  // As a killed process leaves them.
  CHECK(Vips(config->vrrp_instances[0], kNoOwner, "d0").give_up(*kernel));
  CHECK(held() == 0);
}

// A master that could not give them up would leave two nodes with them.
TEST_CASE("without a descriptor left everything is taken and given up", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  const auto kernel = kernel_with_device();
  const auto config = with_lines(
      " virtual-address 192.0.2.10/24\n virtual-route 10.8.0.0/16 via 192.0.2.1 dev d0\n"
      " virtual-rule from 192.0.2.10 table 100\n");
  Vips vips(config->vrrp_instances[0], kNoOwner, "d0");
  {
    const FdShortage shortage(0);
    REQUIRE(vips.take(*kernel));
    CHECK(vips.places(*kernel)[0].ifindex != 0);
  }
  CHECK(contains(run("ip addr show dev d0"), "192.0.2.10/24"));
  CHECK(contains(run("ip route"), "10.8.0.0/16 via 192.0.2.1"));
  {
    const FdShortage shortage(0);
    REQUIRE(vips.give_up(*kernel));
  }
  CHECK(!contains(run("ip addr show dev d0"), "192.0.2.10/24"));
  CHECK(!contains(run("ip route"), "10.8.0.0/16"));
  CHECK(!contains(run("ip rule"), "192.0.2.10"));
}

TEST_CASE("a missing interface is named, and the rest is tried", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  const auto kernel = kernel_with_device();
  const auto config = with_lines(
      " virtual-address 192.0.2.10/24 dev gone0\n virtual-address 192.0.2.11/24\n"
      " virtual-rule from 192.0.2.10 table 100 priority 1000\n");
  Vips vips(config->vrrp_instances[0], kNoOwner, "d0");
  const auto taken = vips.take(*kernel);
  REQUIRE(!taken);
  CHECK(taken.error().text == "cannot add 192.0.2.10 on gone0: there is no such interface");
  CHECK(contains(run("ip addr show dev d0"), "192.0.2.11/24"));
  CHECK(contains(run("ip rule"), "from 192.0.2.10 lookup 100"));
  CHECK(vips.give_up(*kernel));
}

}  // namespace
}  // namespace hawser::vrrp
