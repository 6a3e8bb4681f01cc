// SPDX-License-Identifier: MIT
// `server` and `default-server`, and the words of both that concern the connections to a server.
#include <algorithm>

#include "base/text.h"
#include "config/keyword.h"
#include "proxy/server_address.h"
#include "proxy/source.h"

namespace hawser {
namespace {

std::optional<std::string_view> take_name(KeywordCall& call) {
  const auto word = call.take("<name>");
  if (!word) return std::nullopt;
  const auto allowed = [](char c) {
    return is_alnum(c) || std::string_view("_:.-").find(c) != std::string_view::npos;
  };
  if (!word->text.empty() && std::all_of(word->text.begin(), word->text.end(), allowed)) {
    return word->text;
  }
  call.error(quoted(word->text) + " is not the name of a server")
      .with_hint("use letters, digits, '-', '_', '.' and ':'");
  return std::nullopt;
}

// The address is looked at last since `init-addr` may follow it.
bool add_server(KeywordCall& call) {
  const auto name = take_name(call);
  if (!name) return false;
  const Word at = call.words()[call.position() - 1];
  if (!call.more() && name->find_first_of(".:") != name->npos) {
    call.error("missing <name> before " + quoted(*name))
        .with_hint("usage: server <name> <address>[:[<port>]] [<option> ...]");
    return false;
  }
  const auto address = call.take("<address>");
  if (!address) return false;
  ProxyConfig& proxy = call.proxy();
  ServerConfig& server = proxy.servers.emplace_back();
  server.pos = at.pos;
  server.name = *name;
  server.set = proxy.default_server;
  const bool has_options = parse_server_options(call, proxy, server.set, &server);
  return set_server_address(call, *address, server) && has_options;
}

bool set_default_server(KeywordCall& call) {
  return parse_server_options(call, call.proxy(), call.proxy().default_server, nullptr);
}

template <uint32_t ServerSettings::*Member>
bool set_number(ServerCall& call) {
  const auto value = call.take_int("<number>");
  if (!value) return false;
  call.set.*Member = static_cast<uint32_t>(*value);
  return true;
}

// -1: no limit.
template <int32_t ServerSettings::*Member>
bool set_limit(ServerCall& call) {
  const auto value = call.take_int("<number>", -1);
  if (!value) return false;
  call.set.*Member = static_cast<int32_t>(*value);
  return true;
}

template <Millis ServerSettings::*Member>
bool set_time(ServerCall& call) {
  const auto value = call.take_duration("<time>");
  if (!value) return false;
  call.set.*Member = *value;
  return true;
}

template <bool ServerSettings::*Member, bool Value>
bool set_flag(ServerCall& call) {
  call.set.*Member = Value;
  return true;
}

template <ProxyProtocol Version>
bool set_send_proxy(ServerCall& call) {
  call.set.send_proxy = Version;
  return true;
}

// `no-send-proxy` takes back `send-proxy` and leaves the other version alone.
template <ProxyProtocol Version>
bool unset_send_proxy(ServerCall& call) {
  if (call.set.send_proxy == Version) call.set.send_proxy = ProxyProtocol::kNone;
  return true;
}

bool set_id(ServerCall& call) {
  const auto value = call.take_int("<id>", 1);
  if (!value) return false;
  call.server->id = static_cast<uint32_t>(*value);
  return true;
}

bool set_weight(ServerCall& call) {
  const auto value = call.take_int("<weight>", 0, 256);
  if (!value) return false;
  call.set.weight = static_cast<uint16_t>(*value);
  return true;
}

bool set_cookie(ServerCall& call) {
  const auto value = call.take("<value>");
  if (!value) return false;
  const auto is_bad = [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == ';' || c == ',';
  };
  if (value->text.empty() || std::any_of(value->text.begin(), value->text.end(), is_bad)) {
    call.error(quoted(value->text) + " is not the value of a cookie");
    return false;
  }
  call.server->cookie = value->text;
  return true;
}

bool set_redir(ServerCall& call) {
  const auto prefix = call.take("<prefix>");
  if (!prefix) return false;
  const auto is_bad = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; };
  if (prefix->text.empty() || std::any_of(prefix->text.begin(), prefix->text.end(), is_bad)) {
    call.error(quoted(prefix->text) + " is not the beginning of a URL");
    return false;
  }
  call.server->redir = prefix->text;
  return true;
}

bool set_source(ServerCall& call) {
  auto source = parse_source(call, true);
  if (!source) return false;
  call.set.source = std::make_shared<const SourceConfig>(std::move(*source));
  return true;
}

bool set_tcp_user_timeout(ServerCall& call) {
  const auto value = call.take_duration("<time>");
  if (!value) return false;
  call.set.tcp_user_timeout_ms = static_cast<int>(value->count());
  return true;
}

bool set_init_addr(ServerCall& call) {
  const auto word = call.take("<method>,...");
  if (!word) return false;
  using Kind = InitAddr::Kind;
  std::vector<InitAddr> methods;
  for (const std::string_view name : split(word->text, ',')) {
    if (name == "last" || name == "libc" || name == "none") {
      methods.push_back({name == "last"   ? Kind::kLast
                         : name == "libc" ? Kind::kLibc
                                          : Kind::kNone,
                         {}});
    } else if (const auto address = Address::parse_ip(name)) {
      methods.push_back({Kind::kAddress, *address});
    } else {
      call.error("unknown method " + quoted(name)).with_hint("last, libc, none or an IP address");
      return false;
    }
  }
  call.set.init_addr = std::make_shared<const std::vector<InitAddr>>(std::move(methods));
  return true;
}

constexpr Keyword kKeywords[] = {
    {.name = "default-server",
     .sections = kInBackends,
     .parse = set_default_server,
     .args = "<option> ...",
     .summary = "options for the servers that follow"},
    {.name = "server",
     .sections = kInBackend | kInListen,
     .parse = add_server,
     .args = "<name> <address>[:[<port>]] [<option> ...]",
     .summary = "a server to send requests to"},
};
HW_REGISTER(Keyword, kKeywords);

constexpr ServerOption kOptions[] = {
    {.name = "backup",
     .parse = set_flag<&ServerSettings::backup, true>,
     .summary = "used only when no other server is left"},
    {.name = "cookie",
     .parse = set_cookie,
     .args = "<value>",
     .summary = "the server's value of the backend's cookie",
     .in_default_server = false},
    {.name = "disabled",
     .parse = set_flag<&ServerSettings::disabled, true>,
     .summary = "starts in maintenance"},
    {.name = "enabled",
     .parse = set_flag<&ServerSettings::disabled, false>,
     .summary = "takes back 'disabled'"},
    {.name = "id",
     .parse = set_id,
     .args = "<id>",
     .summary = "number of the server in statistics",
     .in_default_server = false},
    {.name = "init-addr",
     .parse = set_init_addr,
     .args = "<method>[,<method>...]",
     .summary = "how the name of a server becomes an address at start"},
    {.name = "max-reuse",
     .parse = set_limit<&ServerSettings::max_reuse>,
     .args = "<number>",
     .summary = "requests that a connection may serve after its first"},
    {.name = "maxconn",
     .parse = set_number<&ServerSettings::maxconn>,
     .args = "<number>",
     .summary = "most connections to the server, over all workers"},
    {.name = "maxqueue",
     .parse = set_number<&ServerSettings::maxqueue>,
     .args = "<number>",
     .summary = "most requests that wait for the server"},
    {.name = "minconn",
     .parse = set_number<&ServerSettings::minconn>,
     .args = "<number>",
     .summary = "connections to the server while the backend is idle"},
    {.name = "no-backup",
     .parse = set_flag<&ServerSettings::backup, false>,
     .summary = "takes back 'backup'"},
    {.name = "no-send-proxy",
     .parse = unset_send_proxy<ProxyProtocol::kV1>,
     .summary = "takes back 'send-proxy'"},
    {.name = "no-send-proxy-v2",
     .parse = unset_send_proxy<ProxyProtocol::kV2>,
     .summary = "takes back 'send-proxy-v2'"},
    {.name = "no-tfo",
     .parse = set_flag<&ServerSettings::tfo, false>,
     .summary = "takes back 'tfo'"},
    {.name = "non-stick",
     .parse = set_flag<&ServerSettings::non_stick, true>,
     .summary = "never stored in a stick table"},
    {.name = "pool-low-conn",
     .parse = set_number<&ServerSettings::pool_low_conn>,
     .args = "<number>",
     .summary = "idle connections that a worker keeps for itself"},
    {.name = "pool-max-conn",
     .parse = set_limit<&ServerSettings::pool_max_conn>,
     .args = "<number>",
     .summary = "most idle connections that are kept"},
    {.name = "pool-purge-delay",
     .parse = set_time<&ServerSettings::pool_purge_delay>,
     .args = "<time>",
     .summary = "interval at which half of the unused idle connections are closed"},
    {.name = "redir",
     .parse = set_redir,
     .args = "<prefix>",
     .summary = "redirects GET and HEAD to this server instead of forwarding them",
     .in_default_server = false},
    {.name = "send-proxy",
     .parse = set_send_proxy<ProxyProtocol::kV1>,
     .summary = "sends the PROXY protocol, version 1"},
    {.name = "send-proxy-v2",
     .parse = set_send_proxy<ProxyProtocol::kV2>,
     .summary = "sends the PROXY protocol, version 2"},
    {.name = "slowstart",
     .parse = set_time<&ServerSettings::slowstart>,
     .args = "<time>",
     .summary = "time over which a server that came up gets its full load"},
    {.name = "source",
     .parse = set_source,
     .args = "<addr>[:<port>[-<port>]] [usesrc <addr2>[:<port2>]|client|clientip|"
             "hdr_ip(<name>[,<n>])] "
             "[interface <name>]",
     .summary = "address from which the server is connected to"},
    {.name = "stick",
     .parse = set_flag<&ServerSettings::non_stick, false>,
     .summary = "takes back 'non-stick'"},
    {.name = "tcp-ut",
     .parse = set_tcp_user_timeout,
     .args = "<time>",
     .summary = "time after which unacknowledged data ends a connection"},
    {.name = "tfo", .parse = set_flag<&ServerSettings::tfo, true>, .summary = "TCP Fast Open"},
    {.name = "weight",
     .parse = set_weight,
     .args = "<weight>",
     .summary = "share of the load, 0 to 256"},
};
HW_REGISTER(ServerOption, kOptions);

}  // namespace
}  // namespace hawser
