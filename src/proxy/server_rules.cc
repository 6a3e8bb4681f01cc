// SPDX-License-Identifier: MIT
// What can be said of a proxy's servers only when the whole section is known.
#include <fmt/format.h>

#include <unordered_map>

#include "base/text.h"
#include "config/keyword.h"

namespace hawser {
namespace {

// A `minconn` that is not below `maxconn` leaves nothing to vary, as in HAProxy.
void settle_limits(ProxyConfig& proxy, ServerConfig& server, Diag& diag) {
  ServerSettings& set = server.set;
  if (set.minconn < set.maxconn || set.minconn == 0) return;
  if (set.maxconn != 0 && set.minconn > set.maxconn) {
    diag.warning(server.pos,
                 fmt::format("'minconn' of server '{}/{}' is above its 'maxconn'; {} is used for "
                             "both",
                             proxy.name, server.name, set.minconn));
  }
  set.maxconn = set.minconn;
  set.minconn = 0;
}

void check_http_words(ProxyConfig& proxy, ServerConfig& server, Diag& diag) {
  if (proxy.mode == Mode::kHttp) return;
  const auto complain = [&](std::string_view word) {
    return fmt::format("'{}' of server '{}/{}' needs 'mode http'", word, proxy.name, server.name);
  };
  if (!server.redir.empty()) diag.error(server.pos, complain("redir"));
  if (!server.cookie.empty()) {
    diag.warning(server.pos, complain("cookie") + " and is ignored");
    server.cookie.clear();
  }
  if (server.set.source && server.set.source->usesrc == SourceConfig::Use::kHeaderIp) {
    diag.warning(server.pos, complain("usesrc hdr_ip") + " and is ignored");
    SourceConfig plain = *server.set.source;
    plain.usesrc = SourceConfig::Use::kNone;
    server.set.source = std::make_shared<const SourceConfig>(std::move(plain));
  }
}

void check_servers(Draft&, ProxyConfig& proxy, Diag& diag) {
  for (ServerConfig& server : proxy.servers) {
    settle_limits(proxy, server, diag);
    check_http_words(proxy, server, diag);
  }
  if (proxy.mode != Mode::kHttp && proxy.source &&
      proxy.source->usesrc == SourceConfig::Use::kHeaderIp) {
    diag.warning(proxy.pos, fmt::format("'usesrc hdr_ip' of {} needs 'mode http' and is ignored",
                                        quoted(proxy.name)));
    proxy.source->usesrc = SourceConfig::Use::kNone;
  }
}

void check_names(Draft&, ProxyConfig& proxy, Diag& diag) {
  if (proxy.servers.size() < 2) return;
  std::unordered_map<std::string_view, const ServerConfig*> seen;
  for (const ServerConfig& server : proxy.servers) {
    const auto [first, is_new] = seen.emplace(server.name, &server);
    if (is_new) continue;
    diag.error(server.pos,
               fmt::format("server {} is already defined in {}", quoted(server.name),
                           quoted(proxy.name)),
               server.name.size())
        .with_hint("first defined at " + diag.place(first->second->pos));
  }
}

constexpr ProxyCheck kChecks[] = {
    {.name = "server names", .order = 10, .check = check_names},
    {.name = "servers", .order = 10, .check = check_servers, .needs_all_lines = true},
};
HW_REGISTER(ProxyCheck, kChecks);

}  // namespace
}  // namespace hawser
