// SPDX-License-Identifier: MIT
// Programs that control starts: check scripts and notify scripts.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace hawser {

struct CommandSpec {
  std::string command;                     // as configured: see vrrp/hook.h
  std::vector<std::string> args{};         // appended, each one word
  std::vector<std::string> environment{};  // "NAME=value", in addition to ours
  std::string user{};                      // empty: nobody, where we may change the user
  Millis timeout{10'000};
  static constexpr Millis kNoTimeout = Millis::max();
};

// What became of a command.
struct CommandEnd {
  enum class How : uint8_t {
    kExited,      // code: its exit code
    kSignal,      // code: the signal that ended it
    kTimedOut,    // killed by us
    kNotStarted,  // text: why it cannot be executed
  };
  How how = How::kExited;
  int code = 0;
  std::string text{};
  std::string output{};  // of stdout and stderr; the first kMaxCommandOutput bytes
  Micros duration{0};

  bool is_success() const { return how == How::kExited && code == 0; }
};
inline constexpr size_t kMaxCommandOutput = 4096;

// "exit code 1", "killed by signal 11", "no end within its timeout" …
std::string describe(const CommandEnd& end);
// The first line of the output that is not empty, fit for a log line.
std::string first_line(std::string_view output);

// A command that runs. Destroying it kills the command with all its descendants that stayed in its
// process group.
class CommandRun {
 public:
  virtual ~CommandRun() = default;
};

class CommandLauncher {
 public:
  virtual ~CommandLauncher() = default;
  // Calls `done` once, later, from the loop; the owner may bury the run in it. An error is a lack
  // of processes or descriptors, which says nothing about the command.
  using Done = std::function<void(const CommandEnd&)>;
  virtual Result<std::unique_ptr<CommandRun>> start(const CommandSpec& spec, Done done) = 0;
};

}  // namespace hawser
