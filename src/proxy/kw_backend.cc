// SPDX-License-Identifier: MIT
// How a backend reaches its servers, beside the servers themselves.
#include <fmt/format.h>

#include "base/text.h"
#include "config/draft.h"
#include "proxy/source.h"

namespace hawser {
namespace {

bool set_fullconn(KeywordCall& call) {
  const auto value = call.take_int("<number>", 1);
  if (!value) return false;
  call.proxy().fullconn = static_cast<uint32_t>(*value);
  return true;
}

bool set_source(KeywordCall& call) {
  auto source = parse_source(call, false);
  if (!source) return false;
  call.proxy().source = std::move(*source);
  return true;
}

// Whether requests get past the proxy's rules: none of them has a condition.
bool passes(const ProxyConfig& proxy) { return proxy.http_request_rules.empty(); }

// A backend without servers may be meant to show one page to everybody: the old way is an errorfile
// for the 503 that it then answers with.
bool has_an_answer(const ProxyConfig& proxy) {
  return !proxy.servers.empty() || !passes(proxy) || !proxy.monitor_uri.empty() ||
         proxy.error_replies.contains(503);
}

void check_empty_backends(Draft& draft, Diag& diag) {
  const auto& proxies = draft.config->proxies;
  for (const auto& frontend : proxies) {
    if (frontend->disabled || !has_frontend(frontend->kind) || !passes(*frontend)) continue;
    if (frontend->default_backend == kNoIndex || frontend->binds.empty()) continue;
    const ProxyConfig& backend = *proxies[frontend->default_backend];
    if (backend.disabled || backend.incomplete || has_an_answer(backend)) continue;
    const bool http = backend.mode == Mode::kHttp;
    diag.warning(backend.pos, fmt::format("{} '{}' has no 'server': {}",
                                          backend.kind == ProxyKind::kListen ? "listen" : "backend",
                                          backend.name,
                                          http ? "every request is answered with 503"
                                               : "every connection is closed at once"))
        .with_hint("add 'server <name> <address>:<port>'");
  }
}

constexpr Keyword kRows[] = {
    {.name = "fullconn",
     .sections = kInBackends,
     .parse = set_fullconn,
     .args = "<number>",
     .summary = "load at which servers with 'minconn' get their full 'maxconn'"},
    {.name = "source",
     .sections = kInBackends,
     .parse = set_source,
     .args = "<addr>[:<port>] [usesrc <addr2>[:<port2>]|client|clientip|"
             "hdr_ip(<name>[,<n>])] "
             "[interface <name>]",
     .summary = "address from which servers are connected to"},
};
HW_REGISTER(Keyword, kRows);

constexpr ConfigCheck kChecks[] = {
    {.name = "backends without servers", .order = 40, .check = check_empty_backends},
};
HW_REGISTER(ConfigCheck, kChecks);

}  // namespace
}  // namespace hawser
