// SPDX-License-Identifier: MIT
// Commands about the connection to the runtime socket itself.
#include "admin/command.h"
#include "base/quantity.h"

namespace hawser {
namespace {

std::string_view level_name(CliLevel level) {
  switch (level) {
    case CliLevel::kUser:
      return "user";
    case CliLevel::kOperator:
      return "operator";
    case CliLevel::kAdmin:
      return "admin";
  }
  HW_UNREACHABLE();
}

void run_help(CommandCall& call) { call.reply(command_help(call.args)); }

void run_prompt(CommandCall& call) {
  call.cli.interactive = !call.cli.interactive;
  call.reply("");
}

void run_quit(CommandCall& call) {
  call.cli.quit = true;
  call.reply("");
}

void run_show_cli_level(CommandCall& call) { call.reply(std::string(level_name(call.cli.level))); }

// Rights can be given up and not be taken back. A session below the level never gets here.
void run_operator(CommandCall& call) {
  call.cli.level = CliLevel::kOperator;
  call.reply("");
}

void run_user(CommandCall& call) {
  call.cli.level = CliLevel::kUser;
  call.reply("");
}

void run_set_timeout_cli(CommandCall& call) {
  if (call.args.empty()) return call.reply("Expects a duration: set timeout cli <delay>.");
  const auto delay = parse_duration(call.args[0], std::chrono::seconds(1));
  if (!delay || delay->count() <= 0) return call.reply("Invalid timeout value.");
  call.cli.timeout = std::chrono::ceil<Millis>(*delay);
  call.reply("");
}

void run_show_cli_sockets(CommandCall& call) {
  std::string out = "# socket lvl processes\n";
  for (const BindConfig& bind : call.config.global.stats_sockets) {
    if (bind.inherited_fd >= 0) {
      out += "fd@" + std::to_string(bind.inherited_fd);
    } else if (bind.address.is_unix()) {
      out += bind.address.path().starts_with('/') ? "unix@" + bind.address.path()
                                                  : bind.address.ip_text();
    } else {
      out += (bind.address.family() == AF_INET6 ? "ipv6@" : "ipv4@") + bind.address.text();
    }
    ((out += ' ') += bind.level.empty() ? "operator" : bind.level) += " all\n";
  }
  call.reply(std::move(out));
}

constexpr Command kRows[] = {
    {.name = "help",
     .run = run_help,
     .args = "[<command>]",
     .summary = "list matching or all commands"},
    {.name = "prompt", .run = run_prompt, .summary = "toggle interactive mode with prompt"},
    {.name = "quit", .run = run_quit, .summary = "disconnect"},
    {.name = "show cli level",
     .run = run_show_cli_level,
     .summary = "display the level of the current CLI session"},
    {.name = "show cli sockets",
     .run = run_show_cli_sockets,
     .summary = "list the runtime sockets"},
    {.name = "operator",
     .level = CliLevel::kOperator,
     .run = run_operator,
     .summary = "lower the level of the current CLI session to operator"},
    {.name = "user",
     .run = run_user,
     .summary = "lower the level of the current CLI session to user"},
    {.name = "set timeout cli",
     .run = run_set_timeout_cli,
     .args = "<delay>",
     .summary = "change how long this connection may be idle"},
};
HW_REGISTER(Command, kRows);

}  // namespace
}  // namespace hawser
