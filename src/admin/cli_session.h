// SPDX-License-Identifier: MIT
// The line protocol of the runtime socket: bytes in, commands out, answers in, bytes out. It has no
// descriptor and no clock, and knows no command.
//
// A client sends one line of commands, separated by ';', and the connection ends with the last
// answer; after `prompt` it stays and a prompt asks for the next line. Each answer ends with an
// empty line, and none contains one.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/command.h"

namespace hawser {

// One command as it was typed. No words: the client sent an empty line.
struct CliRequest {
  std::vector<std::string> words;
  std::string payload;
};

// The commands of one line. A backslash takes the special meaning of the character after it; '<<'
// or '<<PATTERN' at the end announces a payload for the last command, and is not among its words.
struct CliLine {
  std::vector<CliRequest> commands;
  std::optional<std::string> payload_end;  // the line that will end the payload
};
CliLine split_cli_line(std::string_view line);

class CliSession {
 public:
  // HAProxy reads no more than one buffer of 16 KiB, and stalls beyond it.
  static constexpr size_t kMaxLine = size_t{16} * 1024;
  static constexpr size_t kMaxPayload = size_t{128} * 1024;
  static constexpr size_t kMaxPattern = 7;  // of a payload's end, as HAProxy

  explicit CliSession(CliLevel level, Millis timeout);

  // Takes what the client sent. Call next() until it has nothing before feeding more: that is what
  // bounds the bytes kept here to a line, a payload and one read.
  void feed(std::string_view bytes);
  // The client sends no more; what it asked for is still answered.
  void end_of_input() { ended_ = true; }

  // The next command to run. nullopt: one is running, more bytes are needed, or the session is
  // over.
  std::optional<CliRequest> next();
  // The answer of the command that next() gave, in any number of pieces.
  void answer(std::string_view text);
  void end_answer();

  // What to send; the caller removes what it sent.
  std::string& out() { return out_; }
  bool is_running() const { return running_; }
  // Nothing more will come: close the connection once out() is sent.
  bool is_over() const { return over_; }
  CliState& state() { return state_; }

 private:
  bool take_line();
  void take_payload_line(std::string_view line);
  void start_line(std::string_view line);
  void refuse(std::string_view why);
  void put_prompt();

  CliState state_;
  std::string in_;
  size_t taken_ = 0;  // bytes at the start of in_ that are dealt with
  std::deque<CliRequest> queue_;
  std::optional<std::string> payload_end_;  // set while a payload is being read
  std::string out_;
  bool line_open_ = false;  // out_ (or what was sent of it) ends in the middle of a line
  bool running_ = false;    // a command's answer is not complete
  bool had_line_ = false;   // a line was run
  bool ended_ = false;
  bool over_ = false;
};

}  // namespace hawser
