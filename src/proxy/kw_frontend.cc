// SPDX-License-Identifier: MIT
// What a frontend accepts, and where it sends it.
#include <fmt/format.h>

#include "config/keyword.h"

namespace hawser {
namespace {

bool set_maxconn(KeywordCall& call) {
  const auto value = call.take_int("<number>");
  if (!value) return false;
  call.proxy().maxconn = static_cast<uint32_t>(*value);
  return true;
}

bool set_backlog(KeywordCall& call) {
  const auto value = call.take_int("<number>");
  if (!value) return false;
  call.proxy().backlog = static_cast<int>(*value);
  return true;
}

bool set_rate_limit(KeywordCall& call) {
  const auto value = call.take_int("<rate>");
  if (!value) return false;
  call.proxy().rate_limit_sessions = static_cast<uint32_t>(*value);
  return true;
}

bool set_default_backend(KeywordCall& call) {
  const auto name = call.take("<backend>");
  if (!name) return false;
  call.proxy().default_backend_name = name->text;
  call.proxy().default_backend_pos = name->pos;
  return true;
}

// "listen" is a proxy in HAProxy's messages, which tools look for.
std::string_view kind_name(const ProxyConfig& proxy) {
  if (proxy.kind == ProxyKind::kListen) return "proxy";
  return proxy.kind == ProxyKind::kFrontend ? "frontend" : "backend";
}

// HAProxy's rule: a backend without servers needs none, and a tunnel has its own where it is TCP.
void check_timeouts(Draft&, ProxyConfig& proxy, Diag& diag) {
  if (proxy.disabled) return;
  std::string missing;
  const auto need = [&](Timeout which, std::string_view name) {
    if (proxy.timeout(which) != kNoTimeout) return;
    if (!missing.empty()) missing += ", ";
    missing += fmt::format("'timeout {}'", name);
  };
  if (has_frontend(proxy.kind)) need(Timeout::kClient, "client");
  if (has_backend(proxy.kind) && !proxy.servers.empty()) {
    need(Timeout::kConnect, "connect");
    const bool tunnel = proxy.mode == Mode::kTcp && proxy.timeout(Timeout::kTunnel) != kNoTimeout;
    if (!tunnel) need(Timeout::kServer, "server");
  }
  if (missing.empty()) return;
  diag.warning(proxy.pos, fmt::format("missing timeouts for {} '{}': {}", kind_name(proxy),
                                      proxy.name, missing))
      .with_hint("without them, a peer that vanishes keeps its connection for ever");
}

void check_binds(Draft&, ProxyConfig& proxy, Diag& diag) {
  if (proxy.disabled || !has_frontend(proxy.kind) || !proxy.binds.empty()) return;
  diag.warning(proxy.pos, fmt::format("{} '{}' has no 'bind'", kind_name(proxy), proxy.name))
      .with_hint("declare it as a backend if it is one");
}

constexpr Keyword kRows[] = {
    {.name = "backlog",
     .sections = kInFrontends,
     .parse = set_backlog,
     .args = "<number>",
     .summary = "connections that wait in the kernel for being accepted"},
    {.name = "default_backend",
     .sections = kInFrontends,
     .parse = set_default_backend,
     .args = "<backend>",
     .summary = "backend for what no rule has sent elsewhere"},
    {.name = "maxconn",
     .sections = kInFrontends,
     .parse = set_maxconn,
     .args = "<number>",
     .summary = "most connections of clients, over all workers"},
    {.name = "rate-limit sessions",
     .sections = kInFrontends,
     .parse = set_rate_limit,
     .args = "<rate>",
     .summary = "most new connections per second"},
};
HW_REGISTER(Keyword, kRows);

constexpr ProxyCheck kChecks[] = {
    {.name = "bind lines", .order = 90, .check = check_binds, .needs_all_lines = true},
    {.name = "timeouts", .order = 90, .check = check_timeouts, .needs_all_lines = true},
};
HW_REGISTER(ProxyCheck, kChecks);

}  // namespace
}  // namespace hawser
