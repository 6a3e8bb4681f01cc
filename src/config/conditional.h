// SPDX-License-Identifier: MIT
// The lines that begin with a dot: conditional blocks and messages.
#pragma once

#include <span>
#include <vector>

#include "config/environment.h"
#include "config/keyword.h"

namespace hawser {

class Conditionals {
 public:
  // `show_diag`: `.diag` messages are wanted (-dD).
  Conditionals(const Environment& environment, Diag& diag, bool show_diag)
      : environment_(environment), diag_(diag), show_diag_(show_diag) {}

  // Whether the lines that follow count.
  bool active() const { return blocks_.empty() || blocks_.back().state == State::kTaken; }

  // Handles a line whose first word begins with a dot.
  void directive(std::span<const Word> words);

  // Takes note of a line with a dot that could not be read: which blocks there are is not known
  // from here on.
  void mark_unread();

  // Blocks end with their file: those left open are reported.
  void end_file();

 private:
  enum class State : uint8_t {
    kTaken,   // this branch counts
    kWanted,  // no branch has counted yet
    kDone,    // an earlier branch did
    kOuter    // inside a branch that does not count
  };
  struct Block {
    SourcePos opened;
    State state;
    bool had_else = false;
    bool maybe_closed = false;  // by a line that could not be read
  };

  void open(std::span<const Word> words);
  void elif (std::span<const Word> words);
  void otherwise(std::span<const Word> words);
  void close(std::span<const Word> words);
  void message(std::span<const Word> words);
  bool evaluate(std::span<const Word> words);
  bool needs_block(std::span<const Word> words);
  Diagnostic& error(const Word& word, std::string text);

  const Environment& environment_;
  Diag& diag_;
  bool show_diag_;
  std::vector<Block> blocks_;
  bool maybe_opened_ = false;  // a block, by a line that could not be read
};

}  // namespace hawser
