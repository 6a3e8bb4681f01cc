// SPDX-License-Identifier: MIT
// Commands that end sessions. The workers carry them out: see Role::answer().
#include "admin/command.h"

namespace hawser {
namespace {

void run_shutdown_session(CommandCall& call) {
  constexpr std::string_view kNoSession = "No such session (use 'show sess').";
  if (call.args.empty()) return call.reply("Session pointer expected (use 'show sess').");
  call.control.ask_workers("shutdown session " + std::string(call.args[0]),
                           [reply = call.reply, kNoSession](const std::string& answer) {
                             reply(answer.empty() ? std::string(kNoSession) : "");
                           });
}

void run_shutdown_sessions_server(CommandCall& call) {
  std::string problem;
  const uint32_t slot = find_server(call.config, call.args.empty() ? "" : call.args[0], problem);
  if (slot == kNoIndex) return call.reply(std::move(problem));
  call.control.ask_workers("shutdown sessions server " + std::to_string(slot),
                           [reply = call.reply](const std::string&) { reply(""); });
}

constexpr Command kRows[] = {
    {.name = "shutdown session",
     .level = CliLevel::kAdmin,
     .run = run_shutdown_session,
     .args = "<id>",
     .summary = "end a session at once"},
    {.name = "shutdown sessions server",
     .level = CliLevel::kAdmin,
     .run = run_shutdown_sessions_server,
     .args = "<backend>/<server>",
     .summary = "end all sessions of a server at once"},
};
HW_REGISTER(Command, kRows);

}  // namespace
}  // namespace hawser
