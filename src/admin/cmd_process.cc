// SPDX-License-Identifier: MIT
// Commands about the program as a whole, and those that the workers answer.
#include <fmt/format.h>
#include <unistd.h>

#include <ctime>

#include "admin/command.h"
#include "base/text.h"

namespace hawser {
namespace {

void run_show_version(CommandCall& call) { call.reply(HAWSER_VERSION); }

void run_show_env(CommandCall& call) {
  std::string out;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view line(*variable);
    if (!call.args.empty() && line.substr(0, line.find('=')) != call.args[0]) continue;
    // A value may have line breaks; an answer's lines are one variable each.
    for (const char c : line) out += c == '\n' ? ' ' : c;
    out += '\n';
  }
  if (out.empty()) out = "Variable not found";
  call.reply(std::move(out));
}

std::string join(std::string_view name, std::span<const std::string_view> args) {
  std::string request(name);
  for (const std::string_view word : args) (request += ' ') += word;
  return request;
}

// Every worker knows its own sessions; their lines are joined.
void run_show_sess(CommandCall& call) {
  const bool one = !call.args.empty() && call.args[0] != "all";
  call.control.ask_workers(join("show sess", call.args),
                           [reply = call.reply, one](std::string answer) {
                             if (answer.empty() && one) answer = "Session not found.";
                             reply(std::move(answer));
                           });
}

std::string local_date() {
  const int64_t now_ms = realtime_ns() / 1'000'000;
  const auto seconds = static_cast<time_t>(now_ms / 1000);
  tm parts{};
  localtime_r(&seconds, &parts);
  char text[64];
  const size_t length = std::strftime(text, sizeof text, "%d/%b/%Y:%H:%M:%S", &parts);
  const std::string millis = std::to_string(1000 + now_ms % 1000);
  return std::string(text, length) + "." + millis.substr(1);
}

// The answers of the workers in one: each begins with a line that says how many events it counted.
std::string sum_up_errors(std::string_view answers) {
  uint64_t events = 0;
  std::string messages;
  for (const std::string_view line : split(answers, '\n')) {
    if (const auto count = parse_uint(line)) {
      events += *count;
    } else if (!line.empty()) {
      (messages += line) += '\n';
    }
  }
  return fmt::format("Total events captured on [{}] : {}\n{}", local_date(), events, messages);
}

// The name of a proxy that is given by its name or its number; "": there is none.
std::string_view proxy_name(const Config& config, std::string_view text) {
  const auto id = parse_uint(text);
  for (const auto& proxy : config.proxies) {
    if (proxy->name == text || proxy->id == id) return proxy->name;
  }
  return {};
}

// show errors [<name>|<id>|-1 [request|response]]
void run_show_errors(CommandCall& call) {
  std::string request = "show errors";
  if (!call.args.empty()) {
    const std::string_view name =
        call.args[0] == "-1" ? call.args[0] : proxy_name(call.config, call.args[0]);
    if (name.empty()) return call.reply("No such proxy.");
    (request += ' ') += name;
  }
  if (call.args.size() > 1) {
    if (call.args[1] != "request" && call.args[1] != "response") {
      return call.reply("Expects either 'request' or 'response'.");
    }
    (request += ' ') += call.args[1];
  }
  call.control.ask_workers(
      request, [reply = call.reply](const std::string& answer) { reply(sum_up_errors(answer)); });
}

void run_set_maxconn_global(CommandCall& call) {
  const auto value = call.args.empty() ? std::nullopt : parse_uint(call.args[0]);
  if (!value) return call.reply("Expects an integer value.");
  // As in HAProxy: everything was sized for the configured limit, and 0 goes back to it.
  const uint32_t configured = call.config.global.maxconn;
  if (*value > (configured != 0 ? configured : UINT32_MAX))
    return call.reply("Value out of range.");
  call.shared.header().maxconn.store(*value == 0 ? configured : static_cast<uint32_t>(*value),
                                     std::memory_order_relaxed);
  call.reply("");
}

constexpr Command kRows[] = {
    {.name = "show version",
     .run = run_show_version,
     .summary = "show version of the current process"},
    {.name = "show env",
     .level = CliLevel::kAdmin,
     .run = run_show_env,
     .args = "[<name>]",
     .summary = "dump environment variables known to the process"},
    {.name = "show sess",
     .level = CliLevel::kOperator,
     .run = run_show_sess,
     .args = "[<id>|all]",
     .summary = "report the list of current sessions or dump this exact session"},
    {.name = "show errors",
     .level = CliLevel::kOperator,
     .run = run_show_errors,
     .args = "[<proxy>|-1 [request|response]]",
     .summary = "report last request and/or response errors for each proxy"},
    {.name = "set maxconn global",
     .level = CliLevel::kAdmin,
     .run = run_set_maxconn_global,
     .args = "<value>",
     .summary = "change the limit of client connections, over all workers"},
};
HW_REGISTER(Command, kRows);

}  // namespace
}  // namespace hawser
