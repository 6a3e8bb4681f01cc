// SPDX-License-Identifier: MIT
// `option NAME` where the option is a plain switch.
#include <fmt/format.h>

#include "base/text.h"
#include "config/keyword.h"

namespace hawser {
namespace {

template <Option Which>
bool set_switch(KeywordCall& call) {
  call.proxy().options.set(static_cast<size_t>(Which), !call.negated());
  return true;
}

// Both sides, as far as the section has them.
bool set_tcpka(KeywordCall& call) {
  OptionSet& options = call.proxy().options;
  if (call.section() & kInFrontends) {
    options.set(static_cast<size_t>(Option::kClitcpka), !call.negated());
  }
  if (call.section() & kInBackends) {
    options.set(static_cast<size_t>(Option::kSrvtcpka), !call.negated());
  }
  return true;
}

struct HttpOption {
  Option option;
  std::string_view name;
};
constexpr HttpOption kHttpOptions[] = {
    {Option::kHttpBufferRequest, "http-buffer-request"},
    {Option::kHttpIgnoreProbes, "http-ignore-probes"},
    {Option::kHttpNoDelay, "http-no-delay"},
    {Option::kHttpPretendKeepalive, "http-pretend-keepalive"},
    {Option::kHttpUseProxyHeader, "http-use-proxy-header"},
    {Option::kPreferLastServer, "prefer-last-server"},
};

// Only in HTTP is there a request to apply them to. They often come from a `defaults` section that
// HTTP and TCP proxies share, so this is no error.
void check_http_options(Draft&, ProxyConfig& proxy, Diag& diag) {
  if (proxy.mode == Mode::kHttp) return;
  for (const HttpOption& row : kHttpOptions) {
    if (!proxy.option(row.option)) continue;
    diag.warning(proxy.pos,
                 fmt::format("'option {}' has no effect on {}, which is not in mode http", row.name,
                             quoted(proxy.name)))
        .with_hint("add 'mode http' to it if it is to speak HTTP");
    proxy.options.reset(static_cast<size_t>(row.option));
  }
}

constexpr Keyword kRows[] = {
    {.name = "option abortonclose",
     .sections = kInBackends,
     .parse = set_switch<Option::kAbortonclose>,
     .summary = "drops a request whose client has closed while it waits",
     .negatable = true},
    {.name = "option allbackups",
     .sections = kInBackends,
     .parse = set_switch<Option::kAllbackups>,
     .summary = "uses all backup servers at once, not only the first",
     .negatable = true},
    {.name = "option clitcpka",
     .sections = kInFrontends,
     .parse = set_switch<Option::kClitcpka>,
     .summary = "TCP keep-alive packets to clients",
     .negatable = true},
    {.name = "option http-buffer-request",
     .sections = kInProxies,
     .parse = set_switch<Option::kHttpBufferRequest>,
     .summary = "waits for the request's body before a server is chosen",
     .negatable = true},
    {.name = "option http-ignore-probes",
     .sections = kInFrontends,
     .parse = set_switch<Option::kHttpIgnoreProbes>,
     .summary = "neither logs nor answers connections without a request",
     .negatable = true},
    {.name = "option http-no-delay",
     .sections = kInProxies,
     .parse = set_switch<Option::kHttpNoDelay>,
     .summary = "sends every piece of a message at once",
     .negatable = true},
    {.name = "option http-pretend-keepalive",
     .sections = kInBackends,
     .parse = set_switch<Option::kHttpPretendKeepalive>,
     .summary = "asks servers for keep-alive even where the connection will be closed",
     .negatable = true},
    {.name = "option http-use-proxy-header",
     .sections = kInFrontends,
     .parse = set_switch<Option::kHttpUseProxyHeader>,
     .summary = "understands Proxy-Connection as Connection",
     .negatable = true},
    {.name = "option independent-streams",
     .sections = kInProxies,
     .parse = set_switch<Option::kIndependentStreams>,
     .summary = "what is sent does not count as activity of the receiver",
     .negatable = true},
    {.name = "option nolinger",
     .sections = kInProxies,
     .parse = set_switch<Option::kNolinger>,
     .summary = "closes connections with a reset",
     .negatable = true},
    {.name = "option persist",
     .sections = kInBackends,
     .parse = set_switch<Option::kPersist>,
     .summary = "follows a cookie even to a server that is down",
     .negatable = true},
    {.name = "option prefer-last-server",
     .sections = kInBackends,
     .parse = set_switch<Option::kPreferLastServer>,
     .summary = "keeps a connection's requests on one server",
     .negatable = true},
    {.name = "option socket-stats",
     .sections = kInFrontends,
     .parse = set_switch<Option::kSocketStats>,
     .summary = "statistics for each bind line",
     .negatable = true},
    {.name = "option splice-auto",
     .sections = kInProxies,
     .parse = set_switch<Option::kSpliceAuto>,
     .summary = "splice() in both directions",
     .negatable = true},
    {.name = "option splice-request",
     .sections = kInProxies,
     .parse = set_switch<Option::kSpliceRequest>,
     .summary = "splice() from clients to servers",
     .negatable = true},
    {.name = "option splice-response",
     .sections = kInProxies,
     .parse = set_switch<Option::kSpliceResponse>,
     .summary = "splice() from servers to clients",
     .negatable = true},
    {.name = "option srvtcpka",
     .sections = kInBackends,
     .parse = set_switch<Option::kSrvtcpka>,
     .summary = "TCP keep-alive packets to servers",
     .negatable = true},
    {.name = "option tcp-smart-accept",
     .sections = kInFrontends,
     .parse = set_switch<Option::kTcpSmartAccept>,
     .summary = "lets the first answer carry the acknowledgement of the request",
     .negatable = true},
    {.name = "option tcp-smart-connect",
     .sections = kInBackends,
     .parse = set_switch<Option::kTcpSmartConnect>,
     .summary = "lets the request carry the last packet of the handshake",
     .negatable = true},
    {.name = "option tcpka",
     .sections = kInProxies,
     .parse = set_tcpka,
     .summary = "TCP keep-alive packets to clients and servers",
     .negatable = true},
};
HW_REGISTER(Keyword, kRows);

constexpr ProxyCheck kChecks[] = {
    {.name = "http options", .order = 10, .check = check_http_options, .needs_all_lines = true},
};
HW_REGISTER(ProxyCheck, kChecks);

}  // namespace
}  // namespace hawser
