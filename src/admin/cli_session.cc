// SPDX-License-Identifier: MIT
#include "admin/cli_session.h"

#include <utility>

#include "base/assert.h"
#include "base/text.h"

namespace hawser {
namespace {

// Takes the words of a line apart. `plain` tells whether the word at hand has had no backslash: an
// escaped '<' is no payload mark.
class LineSplitter {
 public:
  CliLine split(std::string_view line) {
    for (size_t i = 0; i < line.size(); ++i) {
      const char c = line[i];
      if (c == '\\' && i + 1 < line.size()) {
        open_word();
        word_ += line[++i];
        plain_ = false;
      } else if (is_blank(c)) {
        close_word();
      } else if (c == ';') {
        close_command();
      } else {
        open_word();
        word_ += c;
      }
    }
    close_word();
    take_payload_mark();
    close_command();
    return std::move(line_);
  }

 private:
  void open_word() { in_word_ = true; }
  void close_word() {
    last_plain_ = in_word_ ? plain_ : last_plain_;
    if (in_word_) request_.words.push_back(std::move(word_));
    word_.clear();
    in_word_ = false;
    plain_ = true;
  }
  void close_command() {
    close_word();
    if (!request_.words.empty()) line_.commands.push_back(std::move(request_));
    request_ = {};
  }
  void take_payload_mark() {
    if (request_.words.size() < 2 || !last_plain_) return;
    const std::string_view last = request_.words.back();
    if (!last.starts_with("<<") || last.size() > 2 + CliSession::kMaxPattern) return;
    line_.payload_end = last.substr(2);
    request_.words.pop_back();
  }

  CliLine line_;
  CliRequest request_;
  std::string word_;
  bool in_word_ = false;
  bool plain_ = true;
  bool last_plain_ = true;
};

}  // namespace

CliLine split_cli_line(std::string_view line) { return LineSplitter().split(line); }

CliSession::CliSession(CliLevel level, Millis timeout) {
  state_.level = level;
  state_.timeout = timeout;
}

void CliSession::feed(std::string_view bytes) {
  if (!over_) in_ += bytes;
}

std::optional<CliRequest> CliSession::next() {
  if (running_ || over_) return std::nullopt;
  while (queue_.empty() || payload_end_) {
    if (state_.quit || !take_line()) break;
  }
  if (over_) return std::nullopt;
  if (queue_.empty() || payload_end_ || state_.quit) {
    const bool single = had_line_ && !state_.interactive && !payload_end_;
    if (state_.quit || single) {
      over_ = true;
    } else if (ended_) {
      if (payload_end_) {
        refuse("The payload was not ended by " +
               (payload_end_->empty() ? "an empty line" : "a line " + quoted(*payload_end_)) +
               ": nothing was done.");
      } else if (taken_ < in_.size()) {
        // Running it would be a guess: the rest of a longer name may be what was lost.
        refuse("The last line has no end of line: it was not run.");
      }
      over_ = true;
    }
    return std::nullopt;
  }
  CliRequest request = std::move(queue_.front());
  queue_.pop_front();
  running_ = true;
  return request;
}

// One line of in_, if there is a whole one; false: there is not.
bool CliSession::take_line() {
  const size_t end = in_.find('\n', taken_);
  const size_t length = (end == std::string::npos ? in_.size() : end) - taken_;
  if (length > kMaxLine) {
    refuse("Line too long: at most " + std::to_string(kMaxLine) + " bytes are taken.");
    return false;
  }
  if (end == std::string::npos) {
    in_.erase(0, std::exchange(taken_, 0));
    return false;
  }
  std::string_view line = std::string_view(in_).substr(taken_, length);
  if (line.ends_with('\r')) line.remove_suffix(1);
  taken_ = end + 1;
  if (payload_end_) {
    take_payload_line(line);
  } else {
    start_line(line);
  }
  return !over_;
}

void CliSession::take_payload_line(std::string_view line) {
  if (line == *payload_end_) {
    payload_end_.reset();
    return;
  }
  std::string& payload = queue_.back().payload;
  if (payload.size() + line.size() >= kMaxPayload) {
    refuse("Payload too long: at most " + std::to_string(kMaxPayload) + " bytes are taken.");
    return;
  }
  (payload += line) += '\n';
  put_prompt();
}

void CliSession::start_line(std::string_view line) {
  CliLine split = split_cli_line(line);
  if (split.commands.empty()) {
    if (state_.interactive) {
      put_prompt();
      return;
    }
    // An empty line asks what there is, in a command of no words.
    split.commands.emplace_back();
  }
  had_line_ = true;
  for (CliRequest& request : split.commands) queue_.push_back(std::move(request));
  payload_end_ = std::move(split.payload_end);
  if (payload_end_) put_prompt();
}

void CliSession::answer(std::string_view text) {
  HW_ASSERT(running_);
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const size_t length = end == std::string_view::npos ? text.size() : end + 1;
    // An empty line would end the answer for the client.
    if (end != 0 || line_open_) {
      out_ += text.substr(0, length);
      line_open_ = end == std::string_view::npos;
    }
    text.remove_prefix(length);
  }
}

void CliSession::end_answer() {
  HW_ASSERT(running_);
  running_ = false;
  if (state_.quit) return;
  if (std::exchange(line_open_, false)) out_ += '\n';
  out_ += '\n';
  put_prompt();
}

void CliSession::put_prompt() {
  if (state_.interactive) out_ += payload_end_ ? "+ " : "> ";
}

// Ends the session with a reason: what follows in the stream can't be told apart any more.
void CliSession::refuse(std::string_view why) {
  (out_ += why) += "\n\n";
  queue_.clear();
  payload_end_.reset();
  in_.clear();
  taken_ = 0;
  over_ = true;
}

}  // namespace hawser
