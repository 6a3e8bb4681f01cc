// SPDX-License-Identifier: MIT
// How HTTP connections are kept, closed and reused, and the monitor's URI.
#include <fmt/format.h>

#include "base/text.h"
#include "config/keyword.h"

namespace hawser {
namespace {

// The last one given wins; `no` takes back only the mode that it names.
template <HttpConnMode Which>
bool set_conn_mode(KeywordCall& call) {
  HttpConnMode& mode = call.proxy().http_conn_mode;
  if (!call.negated()) {
    mode = Which;
  } else if (mode == Which) {
    mode = HttpConnMode::kKeepAlive;
  }
  return true;
}

bool set_forceclose(KeywordCall& call) {
  call.warning("'option forceclose' is an old spelling of 'option httpclose'")
      .with_hint("write 'option httpclose'");
  return set_conn_mode<HttpConnMode::kClose>(call);
}

bool refuse_tunnel_mode(KeywordCall& call) {
  if (call.negated()) return true;
  call.warning("'option http-tunnel' has no effect: every request of a connection is processed")
      .with_hint("remove it; upgraded connections and CONNECT become tunnels by themselves");
  call.proxy().http_conn_mode = HttpConnMode::kKeepAlive;
  return true;
}

bool set_http_reuse(KeywordCall& call) {
  constexpr std::string_view kNames[] = {"never", "safe", "aggressive", "always"};
  const auto which = call.take_one_of("policy", kNames);
  if (!which) return false;
  call.proxy().http_reuse = static_cast<HttpReuse>(*which);
  return true;
}

bool set_max_keep_alive_queue(KeywordCall& call) {
  const auto value = call.take_int("<number>", -1);
  if (!value) return false;
  call.proxy().max_keep_alive_queue_set = *value >= 0;
  call.proxy().max_keep_alive_queue = *value < 0 ? 0 : static_cast<uint32_t>(*value);
  return true;
}

bool set_monitor_uri(KeywordCall& call) {
  const auto uri = call.take("<uri>");
  if (!uri) return false;
  if (uri->text.empty()) {
    call.error("<uri> is empty");
    return false;
  }
  call.proxy().monitor_uri = uri->text;
  return true;
}

void check_monitor_uri(Draft&, ProxyConfig& proxy, Diag& diag) {
  if (proxy.mode == Mode::kHttp || proxy.monitor_uri.empty()) return;
  diag.warning(proxy.pos,
               fmt::format("'monitor-uri' has no effect on {}, which is not in mode http",
                           quoted(proxy.name)))
      .with_hint("add 'mode http' to it if it is to speak HTTP");
  proxy.monitor_uri.clear();
}

constexpr Keyword kRows[] = {
    {.name = "http-reuse",
     .sections = kInBackends,
     .parse = set_http_reuse,
     .args = "never|safe|aggressive|always",
     .summary = "which requests may use a connection that others have used"},
    {.name = "max-keep-alive-queue",
     .sections = kInBackends,
     .parse = set_max_keep_alive_queue,
     .args = "<number>",
     .summary = "queue above which a connection's next request may leave its server"},
    {.name = "monitor-uri",
     .sections = kInFrontends,
     .parse = set_monitor_uri,
     .args = "<uri>",
     .summary = "URI that is answered with 200, without log, server or rule"},
    {.name = "option forceclose",
     .sections = kInProxies,
     .parse = set_forceclose,
     .summary = "old spelling of 'option httpclose'",
     .negatable = true},
    {.name = "option http-keep-alive",
     .sections = kInProxies,
     .parse = set_conn_mode<HttpConnMode::kKeepAlive>,
     .summary = "keeps connections on both sides open after a response (the default)",
     .negatable = true},
    {.name = "option http-server-close",
     .sections = kInProxies,
     .parse = set_conn_mode<HttpConnMode::kServerClose>,
     .summary = "closes the server's connection after each response",
     .negatable = true},
    {.name = "option http-tunnel",
     .sections = kInProxies,
     .parse = refuse_tunnel_mode,
     .summary = "a mode of HAProxy 1.x that no longer exists",
     .negatable = true},
    {.name = "option httpclose",
     .sections = kInProxies,
     .parse = set_conn_mode<HttpConnMode::kClose>,
     .summary = "closes both connections after each response",
     .negatable = true},
};
HW_REGISTER(Keyword, kRows);

constexpr ProxyCheck kChecks[] = {
    {.name = "monitor-uri", .order = 10, .check = check_monitor_uri, .needs_all_lines = true},
};
HW_REGISTER(ProxyCheck, kChecks);

}  // namespace
}  // namespace hawser
