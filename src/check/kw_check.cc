// SPDX-License-Identifier: MIT
// Keywords of health checks that belong to no check type; the words of `server` lines are with the
// other ones.
#include <fmt/format.h>

#include "base/text.h"
#include "check/check.h"
#include "config/draft.h"

namespace hawser {
namespace {

bool parse_spread_checks(KeywordCall& call) {
  const auto percent = call.take_int("<percent>", 0, 50);
  if (!percent) return false;
  call.global().spread_checks = static_cast<uint32_t>(*percent);
  return true;
}

bool parse_max_spread_checks(KeywordCall& call) {
  const auto delay = call.take_duration("<delay>");
  if (!delay) return false;
  call.global().max_spread_checks = *delay;
  return true;
}

bool parse_log_health_checks(KeywordCall& call) {
  call.proxy().options.set(static_cast<size_t>(Option::kLogHealthChecks), !call.negated());
  return true;
}

// A server that takes its port from the client's connection has none that a check could use.
void check_ports(Draft&, ProxyConfig& proxy, Diag& diag) {
  for (const ServerConfig& server : proxy.servers) {
    const ServerSettings& set = server.set;
    if (!set.check || !server.address.is_ip() || set.check_port != 0) continue;
    if (set.check_addr != nullptr && set.check_addr->port() != 0) continue;
    if (!server.port_is_offset && server.address.port() != 0) continue;
    diag.error(server.pos, fmt::format("server {} has 'check' but no port of its own to check",
                                       quoted(server.name)))
        .with_hint("add 'port <port>' to the server, or a port to its address");
  }
}

constexpr Keyword kRows[] = {
    {.name = "spread-checks",
     .sections = kInGlobal,
     .parse = parse_spread_checks,
     .args = "<0..50, in percent>",
     .summary = "moves the times of health checks by up to this share of their interval"},
    {.name = "max-spread-checks",
     .sections = kInGlobal,
     .parse = parse_max_spread_checks,
     .args = "<delay>",
     .summary = "limits the time over which the first health checks are dealt out"},
    {.name = "option log-health-checks",
     .sections = kInBackends,
     .parse = parse_log_health_checks,
     .summary = "logs every change of a health check's status, not only of the server's",
     .negatable = true},
};
HW_REGISTER(Keyword, kRows);

constexpr ProxyCheck kChecks[] = {
    {.name = "check ports", .order = 50, .check = check_ports, .needs_all_lines = true},
};
HW_REGISTER(ProxyCheck, kChecks);

}  // namespace
}  // namespace hawser
