// SPDX-License-Identifier: MIT
// What moves with a virtual router: addresses, routes, rules, and its MAC address.
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <charconv>
#include <iterator>

#include "config/interface_name.h"
#include "vrrp/line_options.h"

namespace hawser {
namespace {

// The names that iproute2 gives to numbers without a file of its own.
struct NamedNumber {
  std::string_view name;
  uint32_t number;
};
constexpr NamedNumber kScopes[] = {
    {"global", RT_SCOPE_UNIVERSE}, {"site", RT_SCOPE_SITE},       {"link", RT_SCOPE_LINK},
    {"host", RT_SCOPE_HOST},       {"nowhere", RT_SCOPE_NOWHERE},
};
constexpr NamedNumber kTables[] = {
    {"main", RT_TABLE_MAIN}, {"local", RT_TABLE_LOCAL}, {"default", RT_TABLE_DEFAULT}};

std::optional<uint32_t> take_named(Args& args, std::string_view what,
                                   std::span<const NamedNumber> names, uint32_t most) {
  const auto word = args.take(what);
  if (!word) return std::nullopt;
  for (const NamedNumber& row : names) {
    if (row.name == word->text) return row.number;
  }
  const auto number = parse_uint(word->text);
  if (number && *number <= most) return static_cast<uint32_t>(*number);
  std::vector<std::string_view> known;
  for (const NamedNumber& row : names) known.push_back(row.name);
  Diagnostic& wrong = args.error(fmt::format("{} is not a {}", quoted(word->text), what));
  wrong.with_hint(fmt::format("a number up to {}, or one of: {}", most, fmt::join(known, ", ")));
  return std::nullopt;
}

template <class Target>
bool take_scope(Args& args, Target& target) {
  const auto scope = take_named(args, "scope", kScopes, 255);
  if (!scope) return false;
  target.scope = static_cast<uint8_t>(*scope);
  return true;
}

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

template <class Target, std::string Target::*Member>
bool take_interface(Args& args, Target& target) {
  auto name = take_interface_name(args);
  if (!name) return false;
  target.*Member = std::move(*name);
  return true;
}

template <class Target, bool Target::*Member, bool Value>
bool set_flag(Args&, Target& target) {
  target.*Member = Value;
  return true;
}

template <class Target, uint32_t Target::*Member>
bool take_number(Args& args, Target& target) {
  const auto value = args.take_int("<number>", 1, UINT32_MAX);
  if (!value) return false;
  target.*Member = static_cast<uint32_t>(*value);
  return true;
}

bool take_label(Args& args, VirtualAddress& target) {
  const auto label = args.take("<label>");
  if (!label) return false;
  if (label->text.empty() || label->text.size() >= IFNAMSIZ) {
    args.error(fmt::format("the label {} has {} characters; the kernel takes 1 to {}",
                           quoted(label->text), label->text.size(), IFNAMSIZ - 1));
    return false;
  }
  if (target.address.family() == AF_INET6) {
    args.error("only IPv4 addresses have labels");
    return false;
  }
  target.label = label->text;
  return true;
}

bool take_broadcast(Args& args, VirtualAddress& target) {
  if (target.address.family() == AF_INET6) {
    args.error("only IPv4 addresses have a broadcast address");
    return false;
  }
  target.broadcast = take_ip(args, "<address>", AF_INET);
  return target.broadcast.has_value();
}

constexpr LineOption<VirtualAddress> kAddressOptions[] = {
    {"dev", take_interface<VirtualAddress, &VirtualAddress::interface>},
    {"label", take_label},
    {"scope", take_scope<VirtualAddress>},
    {"brd", take_broadcast},
    {"no-track", set_flag<VirtualAddress, &VirtualAddress::no_track, true>},
    {"not-advertised", set_flag<VirtualAddress, &VirtualAddress::advertised, false>},
    {"no-address", set_flag<VirtualAddress, &VirtualAddress::no_address, true>},
};

// What may be an address of a machine that answers to it.
bool is_usable(const Address& address) {
  if (address.is_any()) return false;
  if (address.family() == AF_INET) {
    const uint32_t ip = ntohl(address.v4().s_addr);
    return !IN_MULTICAST(ip) && ip != INADDR_BROADCAST && (ip >> 24) != IN_LOOPBACKNET;
  }
  return !IN6_IS_ADDR_MULTICAST(&address.v6()) && !IN6_IS_ADDR_LOOPBACK(&address.v6());
}

bool add_address(KeywordCall& call) {
  VirtualAddress made;
  const auto network = take_network(call, "<address>");
  if (!network) return false;
  const Word& word = call.words()[call.position() - 1];
  if (!is_usable(network->address)) {
    call.error(quoted(word.text) + " cannot be a virtual address");
    return false;
  }
  made.pos = word.pos;
  made.width = word.width;
  made.address = network->address;
  made.prefix = network->prefix;
  if (!take_options<VirtualAddress>(call, made, kAddressOptions)) return false;
  if (made.no_address && !made.advertised) {
    call.error("an address that is neither advertised nor put on an interface does nothing");
    return false;
  }
  call.vrrp().addresses.push_back(std::move(made));
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

// "02:00:5e:00:01:33"
bool take_mac(Args& args, VirtualMac& target) {
  const auto word = args.take("<mac>");
  if (!word) return false;
  const auto parts = split(word->text, ':');
  std::array<uint8_t, 6> mac{};
  bool good = parts.size() == mac.size();
  for (size_t i = 0; good && i < mac.size(); ++i) {
    const char* end = parts[i].data() + parts[i].size();
    const auto [stop, error] = std::from_chars(parts[i].data(), end, mac[i], 16);
    good = parts[i].size() == 2 && error == std::errc() && stop == end;
  }
  if (!good) {
    args.error(quoted(word->text) + " is not a MAC address")
        .with_hint("it looks like 02:00:5e:10:00:33");
    return false;
  }
  if ((mac[0] & 1) != 0) {
    args.error(quoted(word->text) + " is the address of a group, not of one station");
    return false;
  }
  target.mac = mac;
  return true;
}

constexpr LineOption<VirtualMac> kMacOptions[] = {
    {"name", take_interface<VirtualMac, &VirtualMac::name>},
    {"mac", take_mac},
    {"xmit-base", set_flag<VirtualMac, &VirtualMac::xmit_base, true>},
};

bool set_virtual_mac(KeywordCall& call) {
  VirtualMac made;
  made.pos = call.keyword().pos;
  made.enabled = !call.negated();
  if (made.enabled && !take_options<VirtualMac>(call, made, kMacOptions)) return false;
  call.vrrp().virtual_mac = std::move(made);
  return true;
}

constexpr Keyword kRows[] = {
    {.name = "virtual-address",
     .sections = kInVrrp,
     .parse = add_address,
     .args = "<address>[/<prefix>] [dev <interface>] [label <label>] [scope <scope>] "
             "[brd <address>] [no-track] [not-advertised] [no-address]",
     .summary = "an address that the master has"},
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
    {.name = "virtual-mac",
     .sections = kInVrrps,
     .parse = set_virtual_mac,
     .args = "[name <interface>] [mac <mac>] [xmit-base]",
     .summary = "gives the addresses a MAC address that moves with them",
     .negatable = true},
};
HW_REGISTER(Keyword, kRows);

}  // namespace
}  // namespace hawser
