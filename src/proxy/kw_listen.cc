// SPDX-License-Identifier: MIT
// The lines that open sockets: `bind` of a proxy, `stats socket` and `unix-bind` of the process.
#include <fmt/format.h>

#include "base/text.h"
#include "config/account.h"
#include "config/keyword.h"
#include "proxy/bind_address.h"

namespace hawser {
namespace {

// Gives the options of the line to all its addresses: they are read once into the first.
bool parse_line(KeywordCall& call, std::vector<BindConfig>& out) {
  const Word* address = call.peek();
  std::vector<BindConfig> binds = take_bind_addresses(call, call.global());
  if (binds.empty()) return false;
  const Word at = *address;
  BindConfig options = binds.front();
  if (!parse_bind_options(call, options)) return false;
  if (options.id != 0 && binds.size() > 1) {
    call.error_at(at, "'id' needs a line with one address and one port");
    return false;
  }
  for (BindConfig& bind : binds) {
    BindConfig made = options;
    made.address = std::move(bind.address);
    made.inherited_fd = bind.inherited_fd;
    out.push_back(std::move(made));
  }
  return true;
}

bool add_bind(KeywordCall& call) { return parse_line(call, call.proxy().binds); }

bool add_stats_socket(KeywordCall& call) {
  std::vector<BindConfig> sockets;
  const Word& keyword = call.words()[0];
  if (!parse_line(call, sockets)) return false;
  if (sockets.front().accept_proxy) {
    call.error_at(keyword, "'accept-proxy' is not possible on a stats socket");
    return false;
  }
  auto& all = call.global().stats_sockets;
  all.insert(all.end(), sockets.begin(), sockets.end());
  return true;
}

bool parse_unix_bind_word(KeywordCall& call) {
  constexpr std::string_view kWords[] = {"prefix", "mode", "user", "uid", "group", "gid"};
  enum Which : size_t { kPrefix, kMode, kUser, kUid, kGroup, kGid };
  const auto which = call.take_one_of("word", kWords);
  if (!which) return false;
  GlobalConfig& global = call.global();
  switch (static_cast<Which>(*which)) {
    case kPrefix: {
      const auto prefix = call.take("<prefix>");
      if (prefix) global.unix_bind_prefix = prefix->text;
      return prefix.has_value();
    }
    case kMode:
      return (global.unix_bind_mode = take_file_mode(call)).has_value();
    case kUser:
      return (global.unix_bind_uid = take_user(call)).has_value();
    case kGroup:
      return (global.unix_bind_gid = take_group(call)).has_value();
    case kUid:
    case kGid: {
      const auto id = call.take_int("<id>", 0, UINT32_MAX - 1);
      if (!id) return false;
      (*which == kUid ? global.unix_bind_uid : global.unix_bind_gid) = static_cast<uint32_t>(*id);
      return true;
    }
  }
  HW_UNREACHABLE();
}

bool set_unix_bind(KeywordCall& call) {
  do {
    if (!parse_unix_bind_word(call)) return false;
  } while (call.more());
  return true;
}

// Words that the kind of socket makes pointless.
void check_families(Draft&, ProxyConfig& proxy, Diag& diag) {
  for (BindConfig& bind : proxy.binds) {
    if (!bind.level.empty()) {
      diag.warning(bind.pos, "'level' has no effect on a proxy's socket");
      bind.level.clear();
    }
    if (bind.address.is_ip() && (bind.mode || bind.uid || bind.gid)) {
      diag.warning(bind.pos, fmt::format("{} is no unix socket: mode, user and group do not apply",
                                         bind.address.text()));
      bind.mode.reset();
      bind.uid.reset();
      bind.gid.reset();
    }
  }
}

void size_fast_open_queues(Draft&, ProxyConfig& proxy, Diag&) {
  constexpr int kDefaultQueue = 1024;
  for (BindConfig& bind : proxy.binds) {
    if (bind.tfo == 0) continue;
    bind.tfo = bind.backlog > 0 ? bind.backlog : proxy.backlog > 0 ? proxy.backlog : kDefaultQueue;
  }
}

constexpr Keyword kRows[] = {
    {.name = "bind",
     .sections = kInFrontend | kInListen,
     .parse = add_bind,
     .args = "[<address>]:<port>[-<port>][,...] [<option> ...]",
     .summary = "listens on addresses"},
    {.name = "stats socket",
     .sections = kInGlobal,
     .parse = add_stats_socket,
     .args = "<path>|<address>:<port> [<option> ...]",
     .summary = "socket for runtime commands"},
    {.name = "unix-bind",
     .sections = kInGlobal,
     .parse = set_unix_bind,
     .args = "[prefix <prefix>] [mode <mode>] [user <user>] [uid <id>] [group <group>] [gid <id>]",
     .summary = "defaults for the unix sockets that the following lines listen on"},
};
HW_REGISTER(Keyword, kRows);

constexpr ProxyCheck kChecks[] = {
    {.name = "bind families", .order = 10, .check = check_families},
    {.name = "fast open queues", .order = 10, .check = size_fast_open_queues},
};
HW_REGISTER(ProxyCheck, kChecks);

}  // namespace
}  // namespace hawser
