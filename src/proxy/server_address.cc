// SPDX-License-Identifier: MIT
#include "proxy/server_address.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace hawser {
namespace {

constexpr AddressRules kLiteral = {.port_offset = true, .names = false, .is_bind = true};
constexpr AddressRules kName = {.port_offset = true, .names = true};

// "web1.example:80" in its parts.
struct NamedHost {
  std::string_view name;
  std::string_view port;  // with its colon
};

std::optional<NamedHost> split_name(std::string_view text) {
  if (text.find("://") != text.npos) return std::nullopt;  // a URL, which parse_address() refuses
  for (const std::string_view prefix : {"ipv4@", "ipv6@"}) {
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  }
  const size_t colon = text.rfind(':');
  const std::string_view name = text.substr(0, colon);
  const auto allowed = [](char c) { return is_alnum(c) || c == '.' || c == '-' || c == '_'; };
  if (!std::all_of(name.begin(), name.end(), allowed) ||
      !std::any_of(name.begin(), name.end(), is_alpha)) {
    return std::nullopt;
  }
  return NamedHost{name, colon == text.npos ? std::string_view() : text.substr(colon)};
}

void use(const AddressSpec& spec, ServerConfig& server) {
  server.address = spec.address;
  // Without a port, the server gets the one that the client connected to: an offset of 0.
  server.port_is_offset = spec.address.is_ip() && (spec.port_is_offset || !spec.has_port);
  server.port_offset = static_cast<int16_t>(spec.port_offset);
}

// The port part of `host` on another address.
Result<AddressSpec> with_port(std::string_view ip, const NamedHost& host) {
  const bool needs_brackets = ip.find(':') != ip.npos;
  const std::string open = needs_brackets ? "[" : "", close = needs_brackets ? "]" : "";
  return parse_address(fmt::format("{}{}{}{}", open, ip, close, host.port), kLiteral);
}

void start_without_address(Args& args, const Word& word, const NamedHost& host,
                           ServerConfig& server) {
  args.warning_at(word, fmt::format("cannot resolve {}; server {} starts in maintenance",
                                    quoted(host.name), quoted(server.name)))
      .with_hint("it stays there until a start that can resolve the name");
  const uint16_t port = server.address.port();
  server.address = Address();
  server.address.set_port(port);
  server.set.disabled = true;
}

bool resolve_name(Args& args, const Word& word, const NamedHost& host, ServerConfig& server) {
  static const std::vector<InitAddr> kDefault = {{InitAddr::Kind::kLast, {}},
                                                 {InitAddr::Kind::kLibc, {}}};
  std::string reason;
  for (const InitAddr& method : server.set.init_addr ? *server.set.init_addr : kDefault) {
    switch (method.kind) {
      case InitAddr::Kind::kLast:  // No state of an earlier run is known yet.
        continue;
      case InitAddr::Kind::kLibc:
        if (const auto spec = parse_address(word.text, kName)) {
          use(*spec, server);
          return true;
        } else {
          reason = spec.error().text;
        }
        continue;
      case InitAddr::Kind::kAddress:
        if (const auto spec = with_port(method.address.ip_text(), host)) use(*spec, server);
        return true;
      case InitAddr::Kind::kNone:
        start_without_address(args, word, host, server);
        return true;
    }
    HW_UNREACHABLE();
  }
  args.error_at(word, reason.empty() ? "cannot resolve " + quoted(host.name) : reason)
      .with_hint("with 'init-addr last,libc,none' the server starts without an address");
  return false;
}

}  // namespace

bool set_server_address(Args& args, const Word& word, ServerConfig& server) {
  if (const auto literal = parse_address(word.text, kLiteral)) {
    use(*literal, server);
    return true;
  }
  const auto host = split_name(word.text);
  const auto anywhere = host ? with_port("0.0.0.0", *host) : parse_address(word.text, kName);
  if (!anywhere) {
    args.error_at(word, anywhere.error().text);
    return false;
  }
  use(*anywhere, server);
  if (!host) return true;
  server.hostname = host->name;
  return resolve_name(args, word, *host, server);
}

}  // namespace hawser
