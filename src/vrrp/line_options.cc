// SPDX-License-Identifier: MIT
#include "vrrp/line_options.h"

#include <linux/rtnetlink.h>

#include <cstring>

namespace hawser {
namespace {

constexpr NamedNumber kScopes[] = {
    {"global", RT_SCOPE_UNIVERSE}, {"site", RT_SCOPE_SITE},       {"link", RT_SCOPE_LINK},
    {"host", RT_SCOPE_HOST},       {"nowhere", RT_SCOPE_NOWHERE},
};

}  // namespace

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

std::optional<uint8_t> take_scope(Args& args) {
  const auto scope = take_named(args, "scope", kScopes, 255);
  if (!scope) return std::nullopt;
  return static_cast<uint8_t>(*scope);
}

std::optional<Address> take_ip(Args& args, std::string_view what, int family) {
  const auto word = args.take(what);
  if (!word) return std::nullopt;
  auto address = Address::parse_ip(word->text);
  if (!address) {
    Diagnostic& wrong = args.error(quoted(word->text) + " is not an IP address");
    const size_t slash = word->text.find('/');
    const std::string_view host = word->text.substr(0, slash);
    if (slash != word->text.npos && Address::parse_ip(host)) {
      wrong.with_hint(fmt::format("one address is wanted: write '{}'", host));
    }
    return std::nullopt;
  }
  if (family == 0 || address->family() == family) return address;
  args.error(fmt::format("{} is not an {} address", quoted(word->text), family_name(family)));
  return std::nullopt;
}

std::optional<Address> take_endpoint(Args& args) {
  const auto word = args.take("<address>:<port>");
  if (!word) return std::nullopt;
  const auto spec = parse_address(word->text, {.port_required = true});
  if (spec) return spec->address;
  args.error(spec.error().text);
  return std::nullopt;
}

std::optional<Network> take_network(Args& args, std::string_view what) {
  const auto word = args.take(what);
  if (!word) return std::nullopt;
  const size_t slash = word->text.find('/');
  const auto address = Address::parse_ip(word->text.substr(0, slash));
  if (!address) {
    args.error(quoted(word->text) + " is not an IP address")
        .with_hint(fmt::format("{} looks like 192.0.2.10, 192.0.2.10/24 or 2001:db8::10/64", what));
    return std::nullopt;
  }
  const uint8_t most = host_prefix(address->family());
  if (slash == word->text.npos) return Network{*address, most};
  const auto prefix = parse_uint(word->text.substr(slash + 1));
  if (prefix && *prefix <= most) return Network{*address, static_cast<uint8_t>(*prefix)};
  args.error(fmt::format("a prefix of an {} network is a number up to {}, not {}",
                         family_name(address->family()), most,
                         quoted(word->text.substr(slash + 1))));
  return std::nullopt;
}

Address base_of(const Network& network) {
  in6_addr ip{};
  const bool is_ipv4 = network.address.family() == AF_INET;
  const size_t size = is_ipv4 ? sizeof(in_addr) : sizeof ip;
  std::memcpy(ip.s6_addr,
              is_ipv4 ? static_cast<const void*>(&network.address.v4()) : &network.address.v6(),
              size);
  for (size_t bit = network.prefix; bit < size * 8; ++bit) {
    ip.s6_addr[bit / 8] = static_cast<uint8_t>(ip.s6_addr[bit / 8] & ~(0x80 >> bit % 8));
  }
  if (!is_ipv4) return Address::ipv6(ip, 0);
  in_addr ip4;
  std::memcpy(&ip4, ip.s6_addr, sizeof ip4);
  return Address::ipv4(ip4, 0);
}

}  // namespace hawser
