// SPDX-License-Identifier: MIT
// `timeout …`: how long one phase may take.
#include <fmt/format.h>

#include "base/text.h"
#include "config/keyword.h"

namespace hawser {
namespace {

template <Timeout Which>
bool set_timeout(KeywordCall& call) {
  const auto value = call.take_duration("<time>");
  if (!value) return false;
  call.proxy().timeouts[static_cast<size_t>(Which)] = *value;
  return true;
}

// The spellings of HAProxy 1.2.
template <Timeout Which>
bool set_old_timeout(KeywordCall& call) {
  constexpr std::string_view kNewName = Which == Timeout::kConnect  ? "timeout connect"
                                        : Which == Timeout::kClient ? "timeout client"
                                                                    : "timeout server";
  call.warning_at(call.keyword(), fmt::format("{} is an old spelling of {}",
                                              quoted(call.keyword().text), quoted(kNewName)))
      .with_hint(fmt::format("write '{} <time>'", kNewName));
  return set_timeout<Which>(call);
}

constexpr Keyword kRows[] = {
    {.name = "clitimeout",
     .sections = kInFrontends,
     .parse = set_old_timeout<Timeout::kClient>,
     .args = "<time>",
     .summary = "old spelling of 'timeout client'"},
    {.name = "contimeout",
     .sections = kInBackends,
     .parse = set_old_timeout<Timeout::kConnect>,
     .args = "<time>",
     .summary = "old spelling of 'timeout connect'"},
    {.name = "srvtimeout",
     .sections = kInBackends,
     .parse = set_old_timeout<Timeout::kServer>,
     .args = "<time>",
     .summary = "old spelling of 'timeout server'"},
    {.name = "timeout check",
     .sections = kInBackends,
     .parse = set_timeout<Timeout::kCheck>,
     .args = "<time>",
     .summary = "time for the answer to a health check, once connected"},
    {.name = "timeout client",
     .sections = kInFrontends,
     .parse = set_timeout<Timeout::kClient>,
     .args = "<time>",
     .summary = "inactivity of the client"},
    {.name = "timeout client-fin",
     .sections = kInFrontends,
     .parse = set_timeout<Timeout::kClientFin>,
     .args = "<time>",
     .summary = "inactivity of the client once one direction is closed"},
    {.name = "timeout connect",
     .sections = kInBackends,
     .parse = set_timeout<Timeout::kConnect>,
     .args = "<time>",
     .summary = "time for a connection to a server to be made"},
    {.name = "timeout http-keep-alive",
     .sections = kInProxies,
     .parse = set_timeout<Timeout::kHttpKeepAlive>,
     .args = "<time>",
     .summary = "wait for the next request of a connection"},
    {.name = "timeout http-request",
     .sections = kInProxies,
     .parse = set_timeout<Timeout::kHttpRequest>,
     .args = "<time>",
     .summary = "time for a complete request head"},
    {.name = "timeout queue",
     .sections = kInBackends,
     .parse = set_timeout<Timeout::kQueue>,
     .args = "<time>",
     .summary = "wait for a free slot on a server"},
    {.name = "timeout server",
     .sections = kInBackends,
     .parse = set_timeout<Timeout::kServer>,
     .args = "<time>",
     .summary = "inactivity of the server"},
    {.name = "timeout server-fin",
     .sections = kInBackends,
     .parse = set_timeout<Timeout::kServerFin>,
     .args = "<time>",
     .summary = "inactivity of the server once one direction is closed"},
    {.name = "timeout tarpit",
     .sections = kInProxies,
     .parse = set_timeout<Timeout::kTarpit>,
     .args = "<time>",
     .summary = "time that a tarpitted request is held"},
    {.name = "timeout tunnel",
     .sections = kInBackends,
     .parse = set_timeout<Timeout::kTunnel>,
     .args = "<time>",
     .summary = "inactivity on both sides of a tunnel"},
};
HW_REGISTER(Keyword, kRows);

}  // namespace
}  // namespace hawser
