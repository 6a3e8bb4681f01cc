// SPDX-License-Identifier: MIT
#include "vrrp/vips.h"

#include <fmt/core.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/msg.h>
#include <sys/utsname.h>

#include <cstdio>
#include <cstring>
#include <optional>

namespace hawser::vrrp {
namespace {

// Keeps the first error of many steps.
void keep_first(Result<>& kept, const Result<>& next) {
  if (kept && !next) kept = next;
}

// Kernels before 5.18 forget who put an address there.
bool kernel_keeps_protocol() {
  utsname names;
  int major = 0, minor = 0;
  if (uname(&names) != 0 || sscanf(names.release, "%d.%d", &major, &minor) != 2) return false;
  return major > 5 || (major == 5 && minor >= 18);
}

// Who put the address there, nullopt: it is not there.
Result<std::optional<uint8_t>> protocol_of(Rtnl& kernel, const InterfaceAddress& address) {
  std::optional<uint8_t> protocol;
  const Ip wanted = Ip::from_address(address.address);
  const auto dumped = kernel.dump(RTM_GETADDR, wanted.family(), [&](const nlmsghdr& message) {
    const auto* header = static_cast<const ifaddrmsg*>(nlmsg_data(&message));
    nlattr* found[IFA_MAX + 1] = {};
    if (message.nlmsg_type != RTM_NEWADDR || header->ifa_index != address.ifindex ||
        header->ifa_prefixlen != address.prefix ||
        nlmsg_parse(const_cast<nlmsghdr*>(&message), sizeof *header, found, IFA_MAX, nullptr) < 0) {
      return;
    }
    const nlattr* local = found[IFA_LOCAL] != nullptr ? found[IFA_LOCAL] : found[IFA_ADDRESS];
    if (local == nullptr || nla_len(local) != wanted.size ||
        std::memcmp(nla_data(local), wanted.bytes.data(), wanted.size) != 0) {
      return;
    }
    protocol = found[IFA_PROTO] != nullptr ? nla_get_u8(found[IFA_PROTO]) : uint8_t{0};
  });
  if (!dumped) return dumped.error();
  return protocol;
}

}  // namespace

Vips::Vips(const VrrpInstanceConfig& config, bool owner, std::string interface)
    : interface_(std::move(interface)),
      routes_(config.routes),
      rules_(config.rules),
      owner_(owner) {
  for (const auto& address : config.addresses) {
    if (address.no_address) continue;
    vips_.push_back({address, address.interface.empty() ? interface_ : address.interface});
  }
}

InterfaceAddress Vips::kernel_address(const Vip& vip) {
  InterfaceAddress address;
  address.ifindex = if_nametoindex(vip.interface.c_str());
  address.address = vip.config.address;
  address.prefix = vip.config.prefix;
  address.scope = vip.config.scope.value_or(RT_SCOPE_UNIVERSE);
  address.label = vip.config.label;
  address.broadcast = vip.config.broadcast;
  // Duplicate detection takes a second, and ends in `dadfailed` while there are two masters.
  address.no_dad = true;
  address.deprecated = vip.config.address.family() == AF_INET6 && vip.config.prefix == 128;
  address.protocol = kOurProtocol;
  return address;
}

KernelRoute Vips::kernel_route(const VirtualRoute& route) const {
  KernelRoute made;
  made.family = route.family;
  made.to = route.to;
  made.prefix = route.prefix;
  made.via = route.via;
  made.source = route.src;
  const std::string& dev = route.interface.empty() && !route.via ? interface_ : route.interface;
  made.ifindex = dev.empty() ? 0 : if_nametoindex(dev.c_str());
  made.table = route.table;
  made.metric = route.metric;
  const bool on_link = !route.via && route.family == AF_INET;
  made.scope = route.scope.value_or(on_link ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE);
  made.protocol = kOurProtocol;
  return made;
}

KernelRule Vips::kernel_rule(const VirtualRule& rule) {
  KernelRule made;
  made.family = rule.family;
  made.from = rule.from;
  made.to = rule.to;
  made.from_prefix = rule.from_prefix;
  made.to_prefix = rule.to_prefix;
  made.iif = rule.iif;
  made.fwmark = rule.fwmark;
  made.table = rule.table;
  made.priority = rule.priority;
  made.protocol = kOurProtocol;
  return made;
}

Result<> Vips::take_address(Rtnl& kernel, Vip& vip) {
  const auto address = kernel_address(vip);
  if (address.ifindex == 0) {
    return Error{fmt::format("cannot add {} on {}: there is no such interface",
                             vip.config.address.ip_text(), vip.interface)};
  }
  const auto added = kernel.add(address);
  if (!added) return added.error();
  if (*added) {
    vip.foreign = false;
    return {};
  }
  if (held_ && !vip.foreign) return {};
  const auto protocol = protocol_of(kernel, address);
  if (!protocol) return protocol.error();
  const bool tagged = *protocol && **protocol == kOurProtocol;
  // Without tags, an address that only its owner may have beforehand was left by a process of ours.
  vip.foreign = !tagged && (owner_ || kernel_keeps_protocol());
  return {};
}

Result<> Vips::give_up_address(Rtnl& kernel, Vip& vip) {
  const auto address = kernel_address(vip);
  if (address.ifindex == 0 || vip.foreign) return {};
  if (!held_) {
    const auto protocol = protocol_of(kernel, address);
    if (!protocol) return protocol.error();
    if (!*protocol) return {};
    const bool tagged = **protocol == kOurProtocol;
    if (!tagged && (owner_ || kernel_keeps_protocol())) return {};
  }
  const auto removed = kernel.remove(address);
  return removed ? Result<>() : removed.error();
}

Result<> Vips::take(Rtnl& kernel) {
  Result<> result;
  for (auto& vip : vips_) keep_first(result, take_address(kernel, vip));
  for (const auto& route : routes_) {
    if (const auto added = kernel.add(kernel_route(route)); !added) {
      keep_first(result, added.error());
    }
  }
  for (const auto& rule : rules_) {
    if (const auto added = kernel.add(kernel_rule(rule)); !added) keep_first(result, added.error());
  }
  held_ = true;
  return result;
}

Result<> Vips::give_up(Rtnl& kernel) {
  Result<> result;
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    if (const auto gone = kernel.remove(kernel_rule(*rule)); !gone)
      keep_first(result, gone.error());
  }
  for (auto route = routes_.rbegin(); route != routes_.rend(); ++route) {
    if (const auto gone = kernel.remove(kernel_route(*route)); !gone) {
      keep_first(result, gone.error());
    }
  }
  for (auto vip = vips_.rbegin(); vip != vips_.rend(); ++vip) {
    keep_first(result, give_up_address(kernel, *vip));
    vip->foreign = false;
  }
  held_ = false;
  return result;
}

Vips::Loss Vips::address_gone(const LinkAddress& gone, Rtnl& kernel) {
  for (auto& vip : vips_) {
    const auto address = kernel_address(vip);
    if (gone.ifindex != address.ifindex || gone.prefix != address.prefix ||
        !(gone.address == address.address)) {
      continue;
    }
    if (!held_) return Loss::kNotOurs;
    if (!vip.config.no_track) return Loss::kLost;
    // An interface that is down or gone takes addresses along; link events lead to take() then.
    static_cast<void>(static_cast<bool>(take_address(kernel, vip)));
    return Loss::kUntracked;
  }
  return Loss::kNotOurs;
}

std::vector<Vips::Place> Vips::places() const {
  std::vector<Place> places;
  for (const auto& vip : vips_) {
    places.push_back({Ip::from_address(vip.config.address), if_nametoindex(vip.interface.c_str())});
  }
  return places;
}

bool Vips::has(const Address& address) const {
  for (const auto& vip : vips_) {
    if (Ip::from_address(vip.config.address) == Ip::from_address(address)) return true;
  }
  return false;
}

}  // namespace hawser::vrrp
