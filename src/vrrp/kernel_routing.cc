// SPDX-License-Identifier: MIT
#include "vrrp/kernel_routing.h"

#include <linux/rtnetlink.h>

#include <tuple>

#include "vrrp/kernel_place.h"

namespace hawser::vrrp {
namespace {

// What the kernel gives an IPv6 route without a metric (IP6_RT_PRIO_USER).
constexpr uint32_t kIpv6Metric = 1024;

// "0.0.0.0/0" is listed as no network at all.
std::optional<Address> network(const std::optional<Address>& address, uint8_t prefix) {
  return prefix == 0 ? std::nullopt : address;
}

}  // namespace

Result<std::optional<KernelRoute>> kernel_route(const VirtualRoute& route,
                                                const std::string& interface, Rtnl& kernel) {
  KernelRoute made;
  made.family = route.family;
  made.to = network(route.to, route.prefix);
  made.prefix = route.prefix;
  made.via = route.via;
  made.source = route.src;
  const std::string& dev = route.interface.empty() && !route.via ? interface : route.interface;
  if (!dev.empty()) {
    const auto ifindex = kernel.index_of(dev);
    if (!ifindex) return ifindex.error();
    if (*ifindex == 0) return std::optional<KernelRoute>();
    made.ifindex = *ifindex;
  }
  made.table = route.table;
  made.metric = route.metric;
  const bool on_link = !route.via && route.family == AF_INET;
  made.scope = route.scope.value_or(on_link ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE);
  made.protocol = kOurProtocol;
  return std::optional(made);
}

KernelRule kernel_rule(const VirtualRule& rule) {
  KernelRule made;
  made.family = rule.family;
  made.from = network(rule.from, rule.from_prefix);
  made.to = network(rule.to, rule.to_prefix);
  made.from_prefix = rule.from_prefix;
  made.to_prefix = rule.to_prefix;
  made.iif = rule.iif;
  made.fwmark = rule.fwmark;
  made.table = rule.table;
  made.priority = rule.priority;
  made.protocol = kOurProtocol;
  return made;
}

bool is_same(const KernelRoute& listed, const KernelRoute& wanted) {
  const bool is_ipv4 = wanted.family == AF_INET;
  const uint32_t metric = wanted.metric == 0 && !is_ipv4 ? kIpv6Metric : wanted.metric;
  const auto parts = [](const KernelRoute& route) {
    return std::tie(route.family, route.to, route.prefix, route.via, route.source, route.table,
                    route.protocol);
  };
  return parts(listed) == parts(wanted) && listed.metric == metric &&
         (wanted.ifindex == 0 || listed.ifindex == wanted.ifindex) &&
         (!is_ipv4 || listed.scope == wanted.scope);  // those of IPv6 have none
}

bool is_same(const KernelRule& listed, const KernelRule& wanted) {
  const auto parts = [](const KernelRule& rule) {
    return std::tie(rule.family, rule.from, rule.from_prefix, rule.to, rule.to_prefix, rule.iif,
                    rule.fwmark, rule.table, rule.protocol);
  };
  return parts(listed) == parts(wanted) &&
         (wanted.priority == 0 || listed.priority == wanted.priority);
}

}  // namespace hawser::vrrp
