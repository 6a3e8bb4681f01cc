// SPDX-License-Identifier: MIT
// The words of a `bind` or `stats socket` line after its addresses.

#include "base/text.h"
#include "config/account.h"
#include "config/interface_name.h"
#include "config/keyword.h"
#include "proxy/bind_address.h"

namespace hawser {
namespace {

bool set_name(BindCall& call) {
  const auto name = call.take("<name>");
  if (!name) return false;
  call.bind.name = name->text;
  return true;
}

bool set_id(BindCall& call) {
  const auto value = call.take_int("<id>", 1);
  if (!value) return false;
  call.bind.id = static_cast<uint32_t>(*value);
  return true;
}

bool set_interface(BindCall& call) {
  auto name = take_interface_name(call);
  if (!name) return false;
  call.bind.interface = std::move(*name);
  return true;
}

bool set_backlog(BindCall& call) {
  const auto value = call.take_int("<backlog>");
  if (!value) return false;
  call.bind.backlog = static_cast<int>(*value);
  return true;
}

bool set_maxconn(BindCall& call) {
  const auto value = call.take_int("<number>");
  if (!value) return false;
  call.bind.maxconn = static_cast<uint32_t>(*value);
  return true;
}

// A negative one is subtracted from what the kernel finds out.
bool set_mss(BindCall& call) {
  const auto value = call.take_int("<mss>", -65535, 65535);
  if (!value) return false;
  if (*value == 0) {
    call.error("<mss> must not be 0");
    return false;
  }
  call.bind.mss = static_cast<int>(*value);
  return true;
}

bool set_tcp_user_timeout(BindCall& call) {
  const auto value = call.take_duration("<time>");
  if (!value) return false;
  call.bind.tcp_user_timeout_ms = static_cast<int>(value->count());
  return true;
}

template <bool BindConfig::*Member>
bool set_flag(BindCall& call) {
  return call.bind.*Member = true;
}

// The length of the queue is the line's backlog and known when the whole file is.
bool set_tfo(BindCall& call) {
  call.bind.tfo = 1;
  return true;
}

// Of the two, the last one counts.
template <bool V6Only>
bool set_v6only(BindCall& call) {
  call.bind.v6only = V6Only;
  call.bind.v4v6 = !V6Only;
  return true;
}

bool set_mode(BindCall& call) { return (call.bind.mode = take_file_mode(call)).has_value(); }

template <std::optional<uint32_t> BindConfig::*Member>
bool set_numeric_id(BindCall& call) {
  const auto value = call.take_int("<id>", 0, UINT32_MAX - 1);
  if (!value) return false;
  call.bind.*Member = static_cast<uint32_t>(*value);
  return true;
}

bool set_user(BindCall& call) { return (call.bind.uid = take_user(call)).has_value(); }
bool set_group(BindCall& call) { return (call.bind.gid = take_group(call)).has_value(); }

bool set_level(BindCall& call) {
  constexpr std::string_view kLevels[] = {"user", "operator", "admin"};
  const auto level = call.take_one_of("level", kLevels);
  if (!level) return false;
  call.bind.level = kLevels[*level];
  return true;
}

// HAProxy hands its listening sockets to a successor that asks on such a socket.
bool set_expose_fd(BindCall& call) {
  constexpr std::string_view kWhat[] = {"listeners"};
  if (!call.take_one_of("kind of descriptor", kWhat)) return false;
  const Word& word = call.words()[call.position() - 2];
  call.diag()
      .notice(word.pos, "'expose-fd' is not needed: a reload keeps the listening sockets",
              word.width)
      .with_hint("remove it");
  return true;
}

constexpr BindOption kRows[] = {
    {.name = "accept-proxy",
     .parse = set_flag<&BindConfig::accept_proxy>,
     .summary = "expects the PROXY protocol on every connection"},
    {.name = "backlog",
     .parse = set_backlog,
     .args = "<backlog>",
     .summary = "connections that wait in the kernel for being accepted"},
    {.name = "defer-accept",
     .parse = set_flag<&BindConfig::defer_accept>,
     .summary = "leaves connections in the kernel until data has come"},
    {.name = "expose-fd",
     .parse = set_expose_fd,
     .args = "listeners",
     .summary = "accepted for files that were written for HAProxy; not needed"},
    {.name = "gid",
     .parse = set_numeric_id<&BindConfig::gid>,
     .args = "<id>",
     .summary = "group id of a unix socket"},
    {.name = "group", .parse = set_group, .args = "<name>", .summary = "group of a unix socket"},
    {.name = "id", .parse = set_id, .args = "<id>", .summary = "number of the listener"},
    {.name = "interface",
     .parse = set_interface,
     .args = "<interface>",
     .summary = "accepts only what comes in on that interface"},
    {.name = "level",
     .parse = set_level,
     .args = "user|operator|admin",
     .summary = "what the clients of a runtime socket may do"},
    {.name = "maxconn",
     .parse = set_maxconn,
     .args = "<number>",
     .summary = "most connections through this line, over all workers"},
    {.name = "mode", .parse = set_mode, .args = "<mode>", .summary = "file mode of a unix socket"},
    {.name = "mss", .parse = set_mss, .args = "<mss>", .summary = "largest TCP segment"},
    {.name = "name", .parse = set_name, .args = "<name>", .summary = "name of the listener"},
    {.name = "tcp-ut",
     .parse = set_tcp_user_timeout,
     .args = "<time>",
     .summary = "time after which unacknowledged data ends a connection"},
    {.name = "tfo", .parse = set_tfo, .summary = "TCP Fast Open"},
    {.name = "transparent",
     .parse = set_flag<&BindConfig::transparent>,
     .summary = "listens on an address that is not the machine's"},
    {.name = "uid",
     .parse = set_numeric_id<&BindConfig::uid>,
     .args = "<id>",
     .summary = "user id of a unix socket"},
    {.name = "user", .parse = set_user, .args = "<name>", .summary = "user of a unix socket"},
    {.name = "v4v6", .parse = set_v6only<false>, .summary = "accepts IPv4 on an IPv6 address, too"},
    {.name = "v6only", .parse = set_v6only<true>, .summary = "accepts no IPv4 on an IPv6 address"},
};
HW_REGISTER(BindOption, kRows);

}  // namespace
}  // namespace hawser
