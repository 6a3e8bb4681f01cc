// SPDX-License-Identifier: MIT
// Commands of the runtime socket: rows, registered beside what they show or change. They run in
// control.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/registry.h"
#include "config/model.h"
#include "shm/shared.h"

namespace hawser {

enum class CliLevel : uint8_t { kUser, kOperator, kAdmin };

// What `set vrrp` asks of the vrrp process.
struct VrrpRequest {
  enum class Kind : uint8_t { kPriority, kMaintenance, kRelease } kind = Kind::kPriority;
  uint32_t priority = 0;  // 0: as configured
  bool on = false;        // maintenance
  Millis duration{0};     // of maintenance; 0: until it is ended
};

// Ways to reach the other processes and to change servers; implemented in process/, check/ and
// vrrp/, handed to the CLI.
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
  virtual void set_server_health(uint32_t server, ServerHealth health) = 0;
  virtual void enable_checks(uint32_t server, bool on) = 0;
  virtual Result<void> set_frontend(uint32_t proxy, FrontendStanding standing) = 0;
  // What the last check of a server received, or the error it met; empty: nothing to tell.
  virtual std::string last_check_text(uint32_t server) const = 0;
  // Asks the vrrp process for something about these instances, and calls `done` with the answer
  // once it has taken that up, or after 1 s.
  virtual void ask_vrrp(std::span<const uint32_t> instances, const VrrpRequest& request,
                        std::function<void(std::string)> done) = 0;
};

// What a connection to the runtime socket may change about itself.
struct CliState {
  CliLevel level = CliLevel::kUser;
  bool interactive = false;  // `prompt`
  bool quit = false;
  Millis timeout{0};
};

// Produces a long answer piece by piece: appends some of it; false: that was the end.
using AnswerSource = std::function<bool(std::string& out)>;

// One call of a command. It and its words live until run() returns; the functions may be copied.
struct CommandCall {
  const Config& config;
  Shared& shared;
  RuntimeControl& control;
  CliState& cli;
  std::span<const std::string_view> args;  // after the command's words
  std::string_view payload;                // after <<
  // One of the two, once, now or later, ends the command. The CLI ends the last line of the answer,
  // and adds the empty line that tells clients where the next answer begins.
  std::function<void(std::string)> reply;
  std::function<void(AnswerSource)> stream;  // for answers that grow with the configuration
};

struct Command {
  std::string_view name;             // "show stat": the longest match wins
  CliLevel level = CliLevel::kUser;  // below it: "Permission denied"
  void (*run)(CommandCall& call);
  std::string_view args = {};
  std::string_view summary;  // as `help` shows it
};

// The command whose name is the most of the first words; `used` tells how many. nullptr: none.
const Command* find_command(std::span<const std::string_view> words, size_t& used);
// The answer of `help`, and the answer to what is no command.
std::string command_help(std::span<const std::string_view> words);
std::string unknown_command(std::span<const std::string_view> words);

// A backend by name, or by id after '#'; nullptr: there is none.
const ProxyConfig* find_backend(const Config& config, std::string_view name);
// "backend/server" → global server position; kNoIndex with an answer in HAProxy's words ("No such
// server.") in `problem`.
uint32_t find_server(const Config& config, std::string_view name, std::string& problem);

}  // namespace hawser
