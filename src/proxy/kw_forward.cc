// SPDX-License-Identifier: MIT
// Headers that tell a server whom it talks to: X-Forwarded-For, X-Original-To, Forwarded.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/keyword.h"

namespace hawser {
namespace {

// "10.0.0.0/8", "10.0.0.0/255.0.0.0", "::1", "fd00::/8".
std::optional<std::pair<Address, uint8_t>> parse_network(std::string_view text) {
  const size_t slash = text.find('/');
  const auto address = Address::parse_ip(text.substr(0, slash));
  if (!address) return std::nullopt;
  const uint8_t bits = address->family() == AF_INET ? 32 : 128;
  if (slash == text.npos) return {{*address, bits}};
  const std::string_view mask = text.substr(slash + 1);
  if (const auto length = parse_uint(mask)) {
    if (*length > bits) return std::nullopt;
    return {{*address, static_cast<uint8_t>(*length)}};
  }
  const auto dotted = Address::parse_ip(mask);
  if (!dotted || dotted->family() != AF_INET || bits != 32) return std::nullopt;
  const uint32_t ones = ~ntohl(dotted->v4().s_addr);
  if ((ones & (ones + 1)) != 0) return std::nullopt;  // the ones of a mask stand together
  return {{*address, static_cast<uint8_t>(32 - __builtin_popcount(ones))}};
}

bool parse_except(KeywordCall& call, ForwardConfig& forward) {
  const auto word = call.take("<network>");
  if (!word) return false;
  const auto network = parse_network(word->text);
  if (!network) {
    call.error(quoted(word->text) + " is not a network")
        .with_hint("write an address, or an address and a prefix length as in 10.0.0.0/8");
    return false;
  }
  forward.except.push_back(*network);
  return true;
}

bool parse_header(KeywordCall& call, ForwardConfig& forward) {
  const auto name = call.take("<name>");
  if (!name) return false;
  if (!is_token(name->text)) {
    call.error(quoted(name->text) + " is not the name of a header");
    return false;
  }
  forward.header = name->text;
  return true;
}

template <ForwardConfig ProxyConfig::*Member>
bool set_forward(KeywordCall& call) {
  constexpr bool kIsClient = Member == &ProxyConfig::forwardfor;
  ForwardConfig forward;
  forward.enabled = !call.negated();
  forward.header = kIsClient ? "X-Forwarded-For" : "X-Original-To";
  while (call.more()) {
    if (call.take_if("except")) {
      if (!parse_except(call, forward)) return false;
    } else if (call.take_if("header")) {
      if (!parse_header(call, forward)) return false;
    } else if (kIsClient && call.take_if("if-none")) {
      forward.if_none = true;
    } else {
      constexpr std::string_view kWords[] = {"except", "header", "if-none"};
      const auto word = call.take("<word>");
      call.error("unknown word " + quoted(word->text))
          .hint_nearest(word->text, std::span(kWords).first(kIsClient ? 3 : 2));
      return false;
    }
  }
  call.proxy().*Member = std::move(forward);
  return true;
}

// What RFC 7239 says by itself; the forms with an expression need sample fetches.
bool add_forwarded_word(std::string_view word, ForwardedConfig& config) {
  if (word == "proto") return config.proto = true;
  if (word == "host") return config.host = true;
  if (word == "by_port") return config.by_port = true;
  if (word == "for_port") return config.for_port = true;
  if (word != "by" && word != "for") return false;
  (word == "by" ? config.by : config.for_node) = ForwardedConfig::Node::kYes;
  return true;
}

bool check_forwarded(KeywordCall& call, const ForwardedConfig& config) {
  using Node = ForwardedConfig::Node;
  // A port is part of a node: "for=192.0.2.1:4711".
  if (config.by_port && config.by == Node::kNone) {
    call.error("'by_port' needs 'by'");
    return false;
  }
  if (config.for_port && config.for_node == Node::kNone) {
    call.error("'for_port' needs 'for'");
    return false;
  }
  return true;
}

bool set_forwarded(KeywordCall& call) {
  ForwardedConfig config;
  config.enabled = !call.negated();
  if (call.more()) {
    config.proto = false;
    config.for_node = ForwardedConfig::Node::kNone;
  }
  while (call.more()) {
    const auto word = call.take("<word>");
    if (add_forwarded_word(word->text, config)) continue;
    if (word->text.ends_with("-expr")) {
      call.error(quoted(word->text) + " needs sample expressions, which are not built yet")
          .with_hint("the forms without expression are: proto, host, by, by_port, for, for_port");
    } else {
      constexpr std::string_view kWords[] = {"proto", "host", "by", "by_port", "for", "for_port"};
      call.error("unknown word " + quoted(word->text)).hint_nearest(word->text, kWords);
    }
    return false;
  }
  if (!check_forwarded(call, config)) return false;
  call.proxy().forwarded = config;
  return true;
}

void check_mode(Draft&, ProxyConfig& proxy, Diag& diag) {
  if (proxy.mode == Mode::kHttp) return;
  const auto drop = [&](bool& enabled, std::string_view name) {
    if (!enabled) return;
    diag.warning(proxy.pos,
                 fmt::format("'option {}' has no effect on {}, which is not in mode http", name,
                             quoted(proxy.name)))
        .with_hint("add 'mode http' to it if it is to speak HTTP");
    enabled = false;
  };
  drop(proxy.forwardfor.enabled, "forwardfor");
  drop(proxy.originalto.enabled, "originalto");
  drop(proxy.forwarded.enabled, "forwarded");
}

constexpr Keyword kRows[] = {
    {.name = "option forwarded",
     .sections = kInBackends,
     .parse = set_forwarded,
     .args = "[proto] [host] [by [by_port]] [for [for_port]]",
     .summary = "adds the Forwarded header of RFC 7239",
     .negatable = true},
    {.name = "option forwardfor",
     .sections = kInProxies,
     .parse = set_forward<&ProxyConfig::forwardfor>,
     .args = "[except <network>] [header <name>] [if-none]",
     .summary = "adds a header with the client's address",
     .negatable = true},
    {.name = "option originalto",
     .sections = kInProxies,
     .parse = set_forward<&ProxyConfig::originalto>,
     .args = "[except <network>] [header <name>]",
     .summary = "adds a header with the address that the client connected to",
     .negatable = true},
};
HW_REGISTER(Keyword, kRows);

constexpr ProxyCheck kChecks[] = {
    {.name = "forwarding headers", .order = 10, .check = check_mode, .needs_all_lines = true},
};
HW_REGISTER(ProxyCheck, kChecks);

}  // namespace
}  // namespace hawser
