// SPDX-License-Identifier: MIT
// Commands that pause, resume and stop a frontend. Sessions in progress go on.
#include "admin/command.h"
#include "base/text.h"

namespace hawser {
namespace {

using Standing = FrontendStanding;

// The frontend that the first word names; nullptr: there is none, and the answer was given.
const ProxyConfig* take_frontend(CommandCall& call) {
  if (call.args.empty()) {
    call.reply("A frontend name is expected.");
    return nullptr;
  }
  const std::string_view name = call.args[0];
  for (const auto& proxy : call.config.proxies) {
    if (!has_frontend(proxy->kind) || proxy->disabled) continue;
    const bool by_id = name.starts_with('#') && parse_uint(name.substr(1)) == proxy->id;
    if (proxy->name == name || by_id) return proxy.get();
  }
  call.reply("No such frontend.");
  return nullptr;
}

Standing standing_of(const CommandCall& call, const ProxyConfig& frontend) {
  return call.shared.frontend_state(frontend.index).standing.load();
}

void change(CommandCall& call, const ProxyConfig& frontend, Standing to) {
  const auto changed = call.control.set_frontend(frontend.index, to);
  call.reply(changed ? "" : "Failed to resume frontend: " + changed.error().text + ".");
}

void run_disable_frontend(CommandCall& call) {
  const ProxyConfig* frontend = take_frontend(call);
  if (frontend == nullptr) return;
  switch (standing_of(call, *frontend)) {
    case Standing::kOpen:
      return change(call, *frontend, Standing::kPaused);
    case Standing::kPaused:
      return call.reply("All sockets are already disabled.");
    case Standing::kStopped:
      return call.reply("Frontend was previously shut down, cannot disable.");
  }
  HW_UNREACHABLE();
}

void run_enable_frontend(CommandCall& call) {
  const ProxyConfig* frontend = take_frontend(call);
  if (frontend == nullptr) return;
  switch (standing_of(call, *frontend)) {
    case Standing::kOpen:
      return call.reply("All sockets are already enabled.");
    case Standing::kPaused:
      return change(call, *frontend, Standing::kOpen);
    case Standing::kStopped:
      return call.reply("Frontend was previously shut down, cannot enable.");
  }
  HW_UNREACHABLE();
}

void run_shutdown_frontend(CommandCall& call) {
  const ProxyConfig* frontend = take_frontend(call);
  if (frontend == nullptr) return;
  if (standing_of(call, *frontend) == Standing::kStopped) {
    return call.reply("Frontend was already shut down.");
  }
  change(call, *frontend, Standing::kStopped);
}

constexpr Command kRows[] = {
    {.name = "disable frontend",
     .level = CliLevel::kAdmin,
     .run = run_disable_frontend,
     .args = "<frontend>",
     .summary = "temporarily refuse clients of a frontend"},
    {.name = "enable frontend",
     .level = CliLevel::kAdmin,
     .run = run_enable_frontend,
     .args = "<frontend>",
     .summary = "accept clients of a disabled frontend again"},
    {.name = "shutdown frontend",
     .level = CliLevel::kAdmin,
     .run = run_shutdown_frontend,
     .args = "<frontend>",
     .summary = "close the listening sockets of a frontend for good"},
};
HW_REGISTER(Command, kRows);

}  // namespace
}  // namespace hawser
