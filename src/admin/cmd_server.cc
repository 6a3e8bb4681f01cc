// SPDX-License-Identifier: MIT
// Commands that change one server.
#include <algorithm>
#include <array>

#include "admin/command.h"
#include "base/text.h"

namespace hawser {
namespace {

const ServerConfig& server_at(const Config& config, uint32_t slot) {
  const auto after = std::upper_bound(config.first_server.begin(), config.first_server.end(), slot);
  const auto proxy = static_cast<size_t>(after - config.first_server.begin()) - 1;
  return config.proxies[proxy]->servers[slot - config.first_server[proxy]];
}

// The server that the first word names; kNoIndex: there is none, and the answer was given.
uint32_t take_server(CommandCall& call) {
  std::string problem;
  const uint32_t slot = find_server(call.config, call.args.empty() ? "" : call.args[0], problem);
  if (slot == kNoIndex) call.reply(std::move(problem));
  return slot;
}

void set_weight(CommandCall& call, uint32_t slot, size_t word) {
  if (word >= call.args.size()) return call.reply("Require <weight> or <weight%>.");
  const auto set = call.control.set_server_weight(slot, call.args[word]);
  call.reply(set ? "" : set.error().text);
}

void set_state(CommandCall& call, uint32_t slot, std::string_view state) {
  using Admin = RuntimeControl::ServerAdmin;
  if (state == "ready") {
    call.control.set_server_admin(slot, Admin::kReady);
  } else if (state == "drain") {
    call.control.set_server_admin(slot, Admin::kDrain);
  } else if (state == "maint") {
    call.control.set_server_admin(slot, Admin::kMaint);
  } else {
    return call.reply("'set server <srv> state' expects 'ready', 'drain' and 'maint'.");
  }
  call.reply("");
}

void set_health(CommandCall& call, uint32_t slot, std::string_view health) {
  if (health == "up") {
    call.control.set_server_health(slot, ServerHealth::kUp);
  } else if (health == "stopping") {
    call.control.set_server_health(slot, ServerHealth::kStopping);
  } else if (health == "down") {
    call.control.set_server_health(slot, ServerHealth::kDown);
  } else {
    return call.reply("'set server <srv> health' expects 'up', 'stopping', or 'down'.");
  }
  call.reply("");
}

void run_set_server(CommandCall& call) {
  constexpr std::array<std::string_view, 10> kUnbuilt = {
      "addr",       "agent",      "agent-addr", "agent-port", "agent-send",
      "check-addr", "check-port", "fqdn",       "name",       "ssl"};
  const uint32_t slot = take_server(call);
  if (slot == kNoIndex) return;
  const std::string_view what = call.args.size() > 1 ? call.args[1] : "";
  const std::string_view value = call.args.size() > 2 ? call.args[2] : "";
  if (what == "state") return set_state(call, slot, value);
  if (what == "health") return set_health(call, slot, value);
  if (what == "weight") return set_weight(call, slot, 2);
  if (std::find(kUnbuilt.begin(), kUnbuilt.end(), what) != kUnbuilt.end()) {
    return call.reply("'set server <srv> " + std::string(what) +
                      "' is known in HAProxy but not built yet: change the configuration and "
                      "restart.");
  }
  call.reply("usage: set server <backend>/<server> health | state | weight");
}

void run_set_weight(CommandCall& call) {
  if (const uint32_t slot = take_server(call); slot != kNoIndex) set_weight(call, slot, 1);
}

void run_get_weight(CommandCall& call) {
  const uint32_t slot = take_server(call);
  if (slot == kNoIndex) return;
  const uint32_t weight =
      call.shared.server_state(slot).user_weight.load(std::memory_order_relaxed);
  call.reply(std::to_string(weight) + " (initial " +
             std::to_string(server_at(call.config, slot).set.weight) + ")");
}

void run_enable_server(CommandCall& call) {
  const uint32_t slot = take_server(call);
  if (slot != kNoIndex) set_state(call, slot, "ready");
}

void run_disable_server(CommandCall& call) {
  const uint32_t slot = take_server(call);
  if (slot != kNoIndex) set_state(call, slot, "maint");
}

void run_enable_health(CommandCall& call) {
  const uint32_t slot = take_server(call);
  if (slot == kNoIndex) return;
  if (!server_at(call.config, slot).set.check) {
    return call.reply("Health check was not configured on this server, cannot enable.");
  }
  call.control.enable_checks(slot, true);
  call.reply("");
}

void run_disable_health(CommandCall& call) {
  const uint32_t slot = take_server(call);
  if (slot == kNoIndex) return;
  call.control.enable_checks(slot, false);
  call.reply("");
}

constexpr Command kRows[] = {
    {.name = "set server",
     .level = CliLevel::kAdmin,
     .run = run_set_server,
     .args = "<backend>/<server> state|weight|health <value>",
     .summary = "change a server's state, weight or health"},
    {.name = "set weight",
     .level = CliLevel::kAdmin,
     .run = run_set_weight,
     .args = "<backend>/<server> <weight>[%]",
     .summary = "change a server's weight (use 'set server' instead)"},
    {.name = "get weight",
     .run = run_get_weight,
     .args = "<backend>/<server>",
     .summary = "report a server's current weight"},
    {.name = "enable server",
     .level = CliLevel::kAdmin,
     .run = run_enable_server,
     .args = "<backend>/<server>",
     .summary = "enable a disabled server (use 'set server' instead)"},
    {.name = "disable server",
     .level = CliLevel::kAdmin,
     .run = run_disable_server,
     .args = "<backend>/<server>",
     .summary = "disable a server for maintenance (use 'set server' instead)"},
    {.name = "enable health",
     .level = CliLevel::kAdmin,
     .run = run_enable_health,
     .args = "<backend>/<server>",
     .summary = "enable health checks"},
    {.name = "disable health",
     .level = CliLevel::kAdmin,
     .run = run_disable_health,
     .args = "<backend>/<server>",
     .summary = "disable health checks"},
};
HW_REGISTER(Command, kRows);

}  // namespace
}  // namespace hawser
