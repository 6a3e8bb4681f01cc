// SPDX-License-Identifier: MIT
// Routes and rules that two virtual routers have: the kernel has each of them once.
#include <fmt/format.h>

#include <map>
#include <string>
#include <utility>

#include "config/draft.h"
#include "vrrp/resolve.h"

namespace hawser {
namespace {

constexpr uint32_t kMainTable = 254;

std::string network_text(const std::optional<Address>& address, uint8_t prefix) {
  return address ? fmt::format("{}/{}", address->ip_text(), prefix) : std::string("default");
}

// What the kernel tells routes apart by; their gateways are not among it.
std::string name_of(const VirtualRoute& route) {
  std::string name = "the route " + network_text(route.to, route.prefix);
  if (!route.to && route.family == AF_INET6) name += " of IPv6";
  if (route.table != kMainTable) name += fmt::format(" of table {}", route.table);
  if (route.metric != 0) name += fmt::format(" with metric {}", route.metric);
  return name;
}

std::string name_of(const VirtualRule& rule) {
  std::string name = "the rule";
  if (rule.from) name += " from " + network_text(rule.from, rule.from_prefix);
  if (rule.to) name += " to " + network_text(rule.to, rule.to_prefix);
  if (!rule.iif.empty()) name += " iif " + rule.iif;
  if (rule.fwmark != 0) name += fmt::format(" fwmark {}", rule.fwmark);
  if (rule.priority != 0) name += fmt::format(" priority {}", rule.priority);
  return name + fmt::format(" for table {}", rule.table);
}

class Owners {
 public:
  explicit Owners(Diag& diag) : diag_(diag) {}
  template <class Thing>
  void claim(const VrrpConfig& vrrp, const Thing& thing) {
    const auto [known, fresh] =
        owners_.try_emplace({thing.family, name_of(thing)}, &vrrp, thing.pos);
    if (fresh) return;
    const auto& [owner, pos] = known->second;
    diag_
        .warning(thing.pos, fmt::format("{} is one of vrrp '{}' already, at {}", name_of(thing),
                                        owner->name, diag_.place(pos)))
        .with_hint("the kernel has it once: it goes as soon as one of them is not master any more");
  }

 private:
  Diag& diag_;
  std::map<std::pair<int, std::string>, std::pair<const VrrpConfig*, SourcePos>> owners_;
};

void check_routing(Draft& draft, Diag& diag) {
  Owners owners(diag);
  for (const auto& vrrp : draft.config->vrrps) {
    if (vrrp->disabled) continue;
    for (const VirtualRoute& route : vrrp->routes) owners.claim(*vrrp, route);
    for (const VirtualRule& rule : vrrp->rules) owners.claim(*vrrp, rule);
  }
}

constexpr ConfigCheck kChecks[] = {{"virtual routes and rules", kVrrpRules, check_routing}};
HW_REGISTER(ConfigCheck, kChecks);

}  // namespace
}  // namespace hawser
