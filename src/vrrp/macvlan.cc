// SPDX-License-Identifier: MIT
#include "vrrp/macvlan.h"

#include <errno.h>
#include <fmt/format.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <net/if.h>

#include <algorithm>
#include <cstdio>

#include "netlink/interface_settings.h"

namespace hawser::vrrp {
namespace {

constexpr char kAlias[] = "hawser, arp_ignore %u and arp_announce %u below";

constexpr uint32_t kAnswerForOwn = 1;  // arp_ignore: an address of the interface that was asked
constexpr uint32_t kAnnounceBest = 2;  // arp_announce: an address of the interface that asks
constexpr uint32_t kLooseFilter = 2;   // rp_filter

ArpSettings arp_of(const LinkDetails& link) {
  return {link.ipv4_setting(IPV4_DEVCONF_ARP_IGNORE), link.ipv4_setting(IPV4_DEVCONF_ARP_ANNOUNCE)};
}

// Stricter settings of the administrator's stay.
ArpSettings held(const ArpSettings& original) {
  return {std::max(original.ignore, kAnswerForOwn), std::max(original.announce, kAnnounceBest)};
}

Result<> set_arp(Rtnl& kernel, uint32_t ifindex, const ArpSettings& arp) {
  return kernel.change_link(ifindex, {.ipv4 = {{IPV4_DEVCONF_ARP_IGNORE, arp.ignore},
                                               {IPV4_DEVCONF_ARP_ANNOUNCE, arp.announce}}});
}

}  // namespace

std::string alias_of(const ArpSettings& original) {
  char text[sizeof kAlias + 20];
  std::snprintf(text, sizeof text, kAlias, original.ignore, original.announce);
  return text;
}

std::optional<ArpSettings> parse_alias(const std::string& alias) {
  ArpSettings found;
  if (std::sscanf(alias.c_str(), kAlias, &found.ignore, &found.announce) != 2) return std::nullopt;
  if (alias_of(found) != alias) return std::nullopt;
  return found;
}

Result<ArpSettings> BaseInterfaces::original(uint32_t base) {
  if (const auto known = bases_.find(base); known != bases_.end()) return known->second.original;
  const auto links = kernel_.links();
  if (!links) return links.error();
  std::optional<ArpSettings> before, now;
  for (const LinkDetails& link : *links) {
    if (link.index == base) now = arp_of(link);
    if (link.kind == "macvlan" && link.base == base && !before) before = parse_alias(link.alias);
  }
  if (!now) return errno_error("cannot look at the interface below", ENODEV);
  return bases_.try_emplace(base, Base{before.value_or(*now)}).first->second.original;
}

Result<> BaseInterfaces::hold(uint32_t base) {
  const auto before = original(base);
  if (!before) return before.error();
  if (auto set = set_arp(kernel_, base, held(*before)); !set) return set;
  ++bases_.at(base).users;
  return {};
}

Result<> BaseInterfaces::release(uint32_t base) {
  const auto found = bases_.find(base);
  if (found == bases_.end() || (found->second.users != 0 && --found->second.users != 0)) return {};
  const ArpSettings before = found->second.original;
  bases_.erase(found);
  const auto link = kernel_.find_link(base);
  if (!link) return link.error();
  if (!*link || before == held(before) || arp_of(**link) != held(before)) return {};
  return set_arp(kernel_, base, before);
}

Macvlan::Macvlan(const VrrpInstanceConfig& instance, Rtnl& kernel, BaseInterfaces& bases)
    : name_(instance.macvlan),
      mac_(instance.mac),
      ipv6_(std::any_of(instance.addresses.begin(), instance.addresses.end(),
                        [](const VirtualAddress& address) {
                          return address.address.family() == AF_INET6 && !address.no_address &&
                                 address.interface.empty();
                        })),
      kernel_(kernel),
      bases_(bases) {}

bool Macvlan::is_ours(const LinkDetails& link) const {
  return link.kind == "macvlan" && link.mac == mac_ && link.macvlan_mode == MACVLAN_MODE_BRIDGE;
}

Result<> Macvlan::settle(uint32_t base, std::string& warning) {
  if (index_ != 0 && base == base_ && if_nametoindex(name_.c_str()) == index_) return {};
  // With the interface below it is gone too.
  if (base_ != 0 && base != base_) {
    if (const auto released = bases_.release(base_); !released) warning = released.error().text;
    base_ = 0;
  }
  index_ = 0;
  up_ = false;
  auto found = kernel_.find_link(name_);
  if (!found) return found.error();
  if (*found && is_ours(**found) && (*found)->base != base && parse_alias((*found)->alias)) {
    // The section had another interface when a process of ours was killed.
    if (auto removed = remove_leftover(); !removed) return removed;
    found = std::optional<LinkDetails>();
  }
  if (*found && (!is_ours(**found) || (*found)->base != base)) {
    return Error{
        fmt::format("there is an interface {} that is not ours: remove it, or give "
                    "'virtual-mac' another name",
                    name_)};
  }
  if (*found) {
    index_ = (*found)->index;
    up_ = (*found)->up;
  } else {
    const auto below = kernel_.find_link(base);
    if (!below) return below.error();
    const auto made = kernel_.make_macvlan(name_, base, mac_, *below ? (*below)->group : 0);
    if (!made) return made.error();
    index_ = *made;
  }
  if (auto prepared = prepare(base); !prepared) return prepared;
  prepare_ipv6(warning);
  return {};
}

// The alias comes before the settings of the interface below: it tells how to take them back.
Result<> Macvlan::prepare(uint32_t base) {
  const auto original = bases_.original(base);
  if (!original) return original.error();
  const auto below = kernel_.find_link(base);
  if (!below) return below.error();
  const uint32_t forwarding = *below ? (*below)->ipv4_setting(IPV4_DEVCONF_FORWARDING) : 0;
  auto set = kernel_.change_link(
      index_, {.alias = alias_of(*original),
               .ipv4 = {{IPV4_DEVCONF_ARP_IGNORE, kAnswerForOwn},
                        {IPV4_DEVCONF_ARP_ANNOUNCE, kAnnounceBest},
                        // Answers leave by the interface below, where the route to the sender
                        // leads. Loose, as 0 would be overruled by net.ipv4.conf.all.rp_filter.
                        {IPV4_DEVCONF_RP_FILTER, kLooseFilter},
                        {IPV4_DEVCONF_PROMOTE_SECONDARIES, 1},
                        {IPV4_DEVCONF_FORWARDING, forwarding}}});
  if (!set) return set;
  // RFC 9568, section 7.4: no interface identifier comes from the virtual MAC address.
  auto silent = kernel_.change_link(index_, {.no_own_ipv6 = true});
  if (!silent && silent.error().code != EAFNOSUPPORT) return silent;
  if (base_ == base) return {};
  if (auto held = bases_.hold(base); !held) return held;
  base_ = base;
  return {};
}

// Router advertisements would make addresses of the virtual MAC address, and routes through it.
void Macvlan::prepare_ipv6(std::string& warning) const {
  const auto set = ipv6_ ? set_ipv6(name_, "accept_ra", "0") : set_ipv6(name_, "disable_ipv6", "1");
  if (set || set.error().code == ENOENT) return;  // this kernel runs without IPv6
  warning =
      fmt::format("{}; router advertisements may put addresses on {}", set.error().text, name_);
}

Result<> Macvlan::set_up(bool up) {
  if (index_ == 0 || up == up_) return {};
  if (const auto set = kernel_.change_link(index_, {.up = up}); !set) {
    const bool busy = up && set.error().code == EBUSY;
    return Error{set.error().text + (busy ? " (another interface has its MAC address)" : "")};
  }
  up_ = up;
  return {};
}

Result<> Macvlan::raise() { return set_up(true); }
Result<> Macvlan::lower() { return set_up(false); }

Result<> Macvlan::remove(uint32_t ifindex, uint32_t base) {
  const auto removed = kernel_.remove_link(ifindex);
  const auto restored = bases_.release(base);
  return removed ? restored : removed;
}

Result<> Macvlan::remove() {
  if (index_ == 0) return {};
  up_ = false;
  return remove(std::exchange(index_, 0), std::exchange(base_, 0));
}

Result<> Macvlan::remove_leftover() {
  const auto found = kernel_.find_link(name_);
  if (!found) return found.error();
  if (!*found || !is_ours(**found)) return {};
  if (const auto known = bases_.original((*found)->base); !known) return known.error();
  return remove((*found)->index, (*found)->base);
}

}  // namespace hawser::vrrp
