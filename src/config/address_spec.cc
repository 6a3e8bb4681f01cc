// SPDX-License-Identifier: MIT
// Addresses as the configuration writes them (section 11 of HAProxy 2.6's manual).
#include <fmt/format.h>
#include <netdb.h>

#include <algorithm>

#include "base/text.h"
#include "config/keyword.h"

namespace hawser {
namespace {

enum class Family : uint8_t { kAny, kIpv4, kIpv6, kUnix, kAbstract, kFd, kUnbuilt };
enum class Transport : uint8_t { kGiven, kStream, kDatagram };

struct Prefix {
  std::string_view text;
  Family family;
  Transport transport = Transport::kGiven;
};

constexpr Prefix kPrefixes[] = {
    {"ip@", Family::kAny},
    {"ipv4@", Family::kIpv4},
    {"ipv6@", Family::kIpv6},
    {"unix@", Family::kUnix},
    {"abns@", Family::kAbstract},
    {"fd@", Family::kFd},
    {"tcp@", Family::kAny, Transport::kStream},
    {"tcp4@", Family::kIpv4, Transport::kStream},
    {"tcp6@", Family::kIpv6, Transport::kStream},
    {"udp@", Family::kAny, Transport::kDatagram},
    {"udp4@", Family::kIpv4, Transport::kDatagram},
    {"udp6@", Family::kIpv6, Transport::kDatagram},
    {"uxst@", Family::kUnix, Transport::kStream},
    {"uxdg@", Family::kUnix, Transport::kDatagram},
    {"sockpair@", Family::kUnbuilt},
    {"quic4@", Family::kUnbuilt},
    {"quic6@", Family::kUnbuilt},
    {"mptcp@", Family::kUnbuilt},
    {"mptcp4@", Family::kUnbuilt},
    {"mptcp6@", Family::kUnbuilt},
    {"abnsz@", Family::kUnbuilt},
    {"rhttp@", Family::kUnbuilt},
};

// sun_path less the byte that ends it.
constexpr size_t kMaxPath = sizeof(sockaddr_un::sun_path) - 1;

Result<Address> resolve_name(const std::string& name, int family) {
  addrinfo hints{};
  hints.ai_family = family;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int failure = getaddrinfo(name.c_str(), nullptr, &hints, &list);
  if (failure != 0) {
    return Error{fmt::format("cannot resolve '{}': {}", name, gai_strerror(failure))};
  }
  const Address address = Address::from_sockaddr(list->ai_addr, list->ai_addrlen);
  freeaddrinfo(list);
  return address;
}

NameResolver current_resolver = resolve_name;

bool is_hostname(std::string_view text) {
  return !text.empty() && text.size() < 254 && std::all_of(text.begin(), text.end(), [](char c) {
    return is_alnum(c) || c == '-' || c == '.' || c == '_';
  });
}

Result<uint16_t> parse_port(std::string_view text) {
  const auto value = parse_uint(text);
  if (value && *value >= 1 && *value <= 65535) return static_cast<uint16_t>(*value);
  return Error{fmt::format("a port is a number from 1 to 65535, not {}", quoted(text))};
}

Result<> parse_ports(std::string_view text, const AddressRules& rules, AddressSpec& spec) {
  spec.has_port = true;
  if (text.starts_with('+') || text.starts_with('-')) {
    if (!rules.port_offset) {
      return Error{fmt::format("a port offset like {} is not possible here", quoted(text))};
    }
    const auto offset = parse_uint(text.substr(1));
    if (!offset || *offset > 65535) {
      return Error{fmt::format("a port offset is a number up to 65535, not {}", quoted(text))};
    }
    spec.port_is_offset = true;
    spec.port_offset = static_cast<int>(*offset) * (text[0] == '-' ? -1 : 1);
    return {};
  }
  const size_t dash = text.find('-');
  const auto low = parse_port(text.substr(0, dash));
  if (!low) return low.error();
  spec.address.set_port(*low);
  spec.port_high = *low;
  if (dash == text.npos) return {};
  if (!rules.port_range) {
    return Error{fmt::format("a range of ports like {} is not possible here", quoted(text))};
  }
  const auto high = parse_port(text.substr(dash + 1));
  if (!high) return high.error();
  if (*high < *low) return Error{fmt::format("the range of ports {} is upside down", quoted(text))};
  spec.port_high = *high;
  return {};
}

Result<Address> parse_host(std::string_view host, Family family, const AddressRules& rules,
                           std::string& hostname) {
  if (host.empty() || host == "*") {
    if (!rules.is_bind) return Error{"the address is missing before the port"};
    return family == Family::kIpv6 ? Address::ipv6(in6addr_any, 0) : Address::ipv4({}, 0);
  }
  if (const auto literal = Address::parse_ip(host)) {
    const int wanted = family == Family::kIpv6 ? AF_INET6 : AF_INET;
    if (family == Family::kAny || literal->family() == wanted) return *literal;
    return Error{fmt::format("{} is not an {} address", quoted(host),
                             family == Family::kIpv6 ? "IPv6" : "IPv4")};
  }
  if (!is_hostname(host)) return Error{fmt::format("{} is not an address", quoted(host))};
  if (!rules.names) {
    return Error{
        fmt::format("{} is not an IP address, and names are not possible here", quoted(host))};
  }
  hostname = host;
  const int wanted = family == Family::kIpv4   ? AF_INET
                     : family == Family::kIpv6 ? AF_INET6
                                               : AF_UNSPEC;
  auto found = current_resolver(hostname, wanted);
  if (!found && host.find_first_not_of("0123456789.") == host.npos) {
    return Error{fmt::format("{} is not an IPv4 address", quoted(host))};
  }
  return found;
}

struct HostPort {
  std::string_view host;
  std::optional<std::string_view> port;
};

// As HAProxy: the last colon begins the port, unless brackets say where the address ends.
Result<HostPort> split_port(std::string_view text) {
  if (text.starts_with('[')) {
    const size_t close = text.find(']');
    if (close == text.npos) return Error{"the bracket of the address is not closed"};
    const std::string_view host = text.substr(1, close - 1);
    if (close + 1 == text.size()) return HostPort{host, {}};
    if (text[close + 1] != ':') return Error{"only ':' and a port can follow ']'"};
    return HostPort{host, text.substr(close + 2)};
  }
  const size_t colon = text.rfind(':');
  if (colon == text.npos) return HostPort{text, {}};
  // "::1" is no port of ":".
  const bool whole = text.find(':') != colon && !Address::parse_ip(text.substr(0, colon)) &&
                     Address::parse_ip(text);
  if (whole) return HostPort{text, {}};
  return HostPort{text.substr(0, colon), text.substr(colon + 1)};
}

Error missing_port(std::string_view text, const AddressRules& rules) {
  if (text.empty()) return Error{"the address needs a port"};
  if (text.ends_with(".sock") || text.find('/') != text.npos) {
    return Error{fmt::format(
        "{} needs a port; the path of a unix socket begins with '/' or 'unix@'", quoted(text))};
  }
  if (rules.is_bind && parse_uint(text)) {
    return Error{fmt::format("{} is no address; write ':{}' for a port", quoted(text), text)};
  }
  const bool is_bare_ipv6 = text.find(':') != text.rfind(':') && !text.starts_with('[');
  if (is_bare_ipv6)
    return Error{fmt::format("{} needs a port, as in '[{}]:80'", quoted(text), text)};
  const std::string_view host = text.substr(0, text.ends_with(':') ? text.size() - 1 : text.npos);
  return Error{fmt::format("{} needs a port, as in '{}:80'", quoted(text), host)};
}

// "https://www.example.com/path" is what people copy from a browser.
Error not_a_url(std::string_view text) {
  const size_t scheme = text.find("://");
  std::string_view host = text.substr(scheme + 3);
  host = host.substr(0, host.find('/'));
  const auto parts = split_port(host);
  const std::string_view port = parts && parts->port                ? ""
                                : text.substr(0, scheme) == "https" ? ":443"
                                                                    : ":80";
  return Error{fmt::format("{} is a URL; write '{}{}'", quoted(text), host, port)};
}

Result<AddressSpec> parse_ip_address(std::string_view text, Family family,
                                     const AddressRules& rules) {
  const auto parts = split_port(text);
  if (!parts) return parts.error();
  AddressSpec spec;
  // The port first: a name may take seconds to resolve. "1.2.3.4:" is the same as no port.
  if (parts->port && !parts->port->empty()) {
    const auto ports = parse_ports(*parts->port, rules, spec);
    if (!ports) return ports.error();
  }
  if (rules.port_required && !spec.has_port) return missing_port(text, rules);
  auto address = parse_host(parts->host, family, rules, spec.hostname);
  if (!address) return address.error();
  address->set_port(spec.address.port());
  spec.address = std::move(*address);
  return spec;
}

Result<AddressSpec> parse_unix_address(std::string_view path, bool abstract) {
  if (path.empty()) return Error{"the name of the unix socket is missing"};
  if (path.size() + (abstract ? 1 : 0) > kMaxPath) {
    return Error{fmt::format("the name of a unix socket has at most {} bytes",
                             kMaxPath - (abstract ? 1 : 0))};
  }
  AddressSpec spec;
  spec.address = Address::unix_path((abstract ? std::string(1, '\0') : "") + std::string(path));
  return spec;
}

Result<AddressSpec> parse_fd(std::string_view text, const AddressRules& rules) {
  if (!rules.fd) return Error{"an inherited descriptor (fd@) is not possible here"};
  const auto fd = parse_uint(text);
  if (!fd || *fd > INT32_MAX) {
    return Error{
        fmt::format("'fd@' is followed by the number of a descriptor, not {}", quoted(text))};
  }
  AddressSpec spec;
  spec.fd = static_cast<int>(*fd);
  return spec;
}

Result<> check_transport(Transport transport, std::string_view prefix, const AddressRules& rules) {
  const bool wrong =
      rules.datagram ? transport == Transport::kStream : transport == Transport::kDatagram;
  if (!wrong) return {};
  return Error{fmt::format("'{}' is not possible here: {} sockets are needed", prefix,
                           rules.datagram ? "datagram" : "stream")};
}

}  // namespace

void set_name_resolver(NameResolver resolver) {
  current_resolver = resolver != nullptr ? resolver : resolve_name;
}

Result<AddressSpec> parse_address(std::string_view text, const AddressRules& rules) {
  for (const auto& [prefix, transport] :
       {std::pair{std::string_view("stream+"), Transport::kStream},
        std::pair{std::string_view("dgram+"), Transport::kDatagram}}) {
    if (!text.starts_with(prefix)) continue;
    if (const auto fits = check_transport(transport, prefix, rules); !fits) return fits.error();
    text.remove_prefix(prefix.size());
  }
  if (text.starts_with('/')) return parse_unix_address(text, false);
  if (text.find("://") != text.npos) return not_a_url(text);
  for (const Prefix& prefix : kPrefixes) {
    if (!text.starts_with(prefix.text)) continue;
    if (const auto fits = check_transport(prefix.transport, prefix.text, rules); !fits) {
      return fits.error();
    }
    const std::string_view rest = text.substr(prefix.text.size());
    switch (prefix.family) {
      case Family::kAny:
      case Family::kIpv4:
      case Family::kIpv6:
        return parse_ip_address(rest, prefix.family, rules);
      case Family::kUnix:
      case Family::kAbstract:
        return parse_unix_address(rest, prefix.family == Family::kAbstract);
      case Family::kFd:
        return parse_fd(rest, rules);
      case Family::kUnbuilt:
        return Error{fmt::format("'{}' is known in HAProxy but not built yet", prefix.text)};
    }
  }
  return parse_ip_address(text, Family::kAny, rules);
}

}  // namespace hawser
