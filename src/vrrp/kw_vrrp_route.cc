// SPDX-License-Identifier: MIT
// The routes and rules that move with a virtual router.
#include <linux/rtnetlink.h>

#include "vrrp/line_options.h"

namespace hawser {
namespace {

constexpr NamedNumber kTables[] = {
    {"main", RT_TABLE_MAIN}, {"local", RT_TABLE_LOCAL}, {"default", RT_TABLE_DEFAULT}};

template <class Target>
bool take_table(Args& args, Target& target) {
  const auto table = take_named(args, "table", kTables, UINT32_MAX);
  if (!table) return false;
  if (*table == 0) {
    args.error("there is no table 0");
    return false;
  }
  target.table = *table;
  return true;
}

template <class Target, uint32_t Target::*Member>
bool take_number(Args& args, Target& target) {
  const auto value = args.take_int("<number>", 1, UINT32_MAX);
  if (!value) return false;
  target.*Member = static_cast<uint32_t>(*value);
  return true;
}

// Takes an address for a route or rule, which must be of the family of those before it.
std::optional<Address> take_of_family(Args& args, int& family) {
  auto address = take_ip(args, "<address>", family);
  if (address) family = address->family();
  return address;
}

bool take_via(Args& args, VirtualRoute& route) {
  return (route.via = take_of_family(args, route.family)).has_value();
}
bool take_src(Args& args, VirtualRoute& route) {
  return (route.src = take_of_family(args, route.family)).has_value();
}

constexpr LineOption<VirtualRoute> kRouteOptions[] = {
    {"via", take_via},
    {"src", take_src},
    {"dev", take_interface<VirtualRoute, &VirtualRoute::interface>},
    {"table", take_table<VirtualRoute>},
    {"metric", take_number<VirtualRoute, &VirtualRoute::metric>},
    {"scope", take_scope<VirtualRoute>},
};

bool add_route(KeywordCall& call) {
  VirtualRoute made;
  made.pos = call.keyword().pos;
  if (!call.take_if("default")) {
    const auto network = take_network(call, "<network>");
    if (!network) return false;
    // The kernel would refuse it when the node becomes master.
    if (const Address base = base_of(*network); base != network->address) {
      const Word& word = call.words()[call.position() - 1];
      call.error(quoted(word.text) + " is an address in a network, not the network")
          .with_hint(fmt::format("write '{}/{}'", base.ip_text(), network->prefix));
      return false;
    }
    made.to = network->address;
    made.prefix = network->prefix;
    made.family = network->address.family();
  }
  if (!take_options<VirtualRoute>(call, made, kRouteOptions)) return false;
  if (made.family == 0) {
    // "default dev eth0" names no family; IPv4 is what iproute2 takes it for.
    made.family = AF_INET;
  }
  if (!made.via && made.interface.empty()) {
    call.error_at(call.keyword(), "a route needs a gateway or an interface")
        .with_hint("add 'via <address>' or 'dev <interface>'");
    return false;
  }
  call.vrrp().routes.push_back(std::move(made));
  return true;
}

template <std::optional<Address> VirtualRule::*Member, uint8_t VirtualRule::*Prefix>
bool take_rule_network(Args& args, VirtualRule& rule) {
  const auto network = take_network(args, "<network>");
  if (!network) return false;
  if (rule.family != 0 && network->address.family() != rule.family) {
    args.error("'from' and 'to' must be of one family");
    return false;
  }
  rule.*Member = network->address;
  rule.*Prefix = network->prefix;
  rule.family = network->address.family();
  return true;
}

constexpr LineOption<VirtualRule> kRuleOptions[] = {
    {"from", take_rule_network<&VirtualRule::from, &VirtualRule::from_prefix>},
    {"to", take_rule_network<&VirtualRule::to, &VirtualRule::to_prefix>},
    {"iif", take_interface<VirtualRule, &VirtualRule::iif>},
    {"fwmark", take_number<VirtualRule, &VirtualRule::fwmark>},
    {"table", take_table<VirtualRule>},
    {"priority", take_number<VirtualRule, &VirtualRule::priority>},
};

bool add_rule(KeywordCall& call) {
  VirtualRule made;
  made.pos = call.keyword().pos;
  if (!call.more()) {
    call.error("missing 'from <network>', 'to <network>', 'iif <interface>' or 'fwmark <mark>'");
    return false;
  }
  if (!take_options<VirtualRule>(call, made, kRuleOptions)) return false;
  if (!made.from && !made.to && made.iif.empty() && made.fwmark == 0) {
    call.error_at(call.keyword(), "a rule that holds for all packets is not possible")
        .with_hint("add 'from <network>', 'to <network>', 'iif <interface>' or 'fwmark <mark>'");
    return false;
  }
  if (made.family == 0) made.family = AF_INET;
  call.vrrp().rules.push_back(std::move(made));
  return true;
}

constexpr Keyword kRows[] = {
    {.name = "virtual-route",
     .sections = kInVrrp,
     .parse = add_route,
     .args = "<network>|default [via <address>] [dev <interface>] [src <address>] [table <table>] "
             "[metric <number>] [scope <scope>]",
     .summary = "a route that the master has"},
    {.name = "virtual-rule",
     .sections = kInVrrp,
     .parse = add_rule,
     .args = "[from <network>] [to <network>] [iif <interface>] [fwmark <mark>] [table <table>] "
             "[priority <number>]",
     .summary = "a routing rule that the master has"},
};
HW_REGISTER(Keyword, kRows);

}  // namespace
}  // namespace hawser
