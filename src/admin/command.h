// SPDX-License-Identifier: MIT
// Commands of the runtime socket: rows, registered beside what they show or change. They run in
// control.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/registry.h"
#include "config/model.h"
#include "shm/shared.h"

namespace hawser {

enum class CliLevel : uint8_t { kUser, kOperator, kAdmin };

// Ways to reach the other processes and to change servers; implemented in process/ and check/,
// handed to the CLI.
class RuntimeControl {
 public:
  virtual ~RuntimeControl() = default;
  // Sends `request` to every worker and calls `done` with their answers, joined, when all have come
  // or 1 s has passed.
  virtual void ask_workers(std::string request, std::function<void(std::string)> done) = 0;
  enum class ServerAdmin : uint8_t { kReady, kDrain, kMaint };
  virtual void set_server_admin(uint32_t server, ServerAdmin admin) = 0;
  virtual Result<void> set_server_weight(uint32_t server,
                                         std::string_view weight) = 0;  // "10" or "50%"
  virtual void set_server_health(uint32_t server, bool up) = 0;
  virtual void enable_checks(uint32_t server, bool on) = 0;
};

// One call of a command.
struct CommandCall {
  const Config& config;
  Shared& shared;
  RuntimeControl& control;
  CliLevel level;
  std::span<const std::string_view> args;  // after the command's words
  std::string_view payload;                // after <<
  // Sends the answer and ends the command; may be called later, once. The CLI adds the final
  // newline.
  std::function<void(std::string)> reply;
};

struct Command {
  std::string_view name;  // "show stat": the longest match wins
  CliLevel level = CliLevel::kUser;
  void (*run)(CommandCall& call);
  std::string_view args = {};
  std::string_view summary;  // as `help` shows it
};

// "backend/server" → global server position; kNoIndex with an answer in HAProxy's words ("No such
// server.") in `problem`.
uint32_t find_server(const Config& config, std::string_view name, std::string& problem);

}  // namespace hawser
