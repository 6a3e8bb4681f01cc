// SPDX-License-Identifier: MIT
#include "config/conditional.h"

#include "base/text.h"
#include "config/condition.h"

namespace hawser {
namespace {

struct Message {
  std::string_view directive;
  Severity severity;
};
constexpr Message kMessages[] = {{".notice", Severity::kNotice},
                                 {".diag", Severity::kNotice},
                                 {".warning", Severity::kWarning},
                                 {".alert", Severity::kError}};
constexpr std::string_view kDirectives[] = {".if",     ".elif", ".else",    ".endif",
                                            ".notice", ".diag", ".warning", ".alert"};

}  // namespace

void Conditionals::directive(std::span<const Word> words) {
  const std::string_view name = words[0].text;
  if (name == ".if") return open(words);
  if (name == ".elif") return elif (words);
  if (name == ".else") return otherwise(words);
  if (name == ".endif") return close(words);
  if (!active()) return;
  for (const Message& row : kMessages) {
    if (row.directive == name) return message(words);
  }
  error(words[0], "unknown directive " + quoted(name)).hint_nearest(name, kDirectives);
  mark_unread();
}

void Conditionals::open(std::span<const Word> words) {
  State state = State::kOuter;
  if (active()) state = evaluate(words) ? State::kTaken : State::kWanted;
  blocks_.push_back({words[0].pos, state});
}

void Conditionals::elif (std::span<const Word> words) {
  if (!needs_block(words)) return;
  Block& block = blocks_.back();
  if (block.had_else) {
    error(words[0], "'.elif' after '.else'")
        .with_hint("the '.if' is at " + diag_.place(block.opened));
    return;
  }
  if (block.state == State::kTaken) {
    block.state = State::kDone;
  } else if (block.state == State::kWanted && evaluate(words)) {
    block.state = State::kTaken;
  }
}

void Conditionals::otherwise(std::span<const Word> words) {
  if (!needs_block(words)) return;
  Block& block = blocks_.back();
  if (words.size() > 1) error(words[1], "unexpected " + quoted(words[1].text) + " after '.else'");
  if (block.had_else) {
    error(words[0], "a second '.else' in one block")
        .with_hint("the '.if' is at " + diag_.place(block.opened));
    return;
  }
  block.had_else = true;
  if (block.state == State::kTaken) {
    block.state = State::kDone;
  } else if (block.state == State::kWanted) {
    block.state = State::kTaken;
  }
}

void Conditionals::close(std::span<const Word> words) {
  if (!needs_block(words)) return;
  if (words.size() > 1) error(words[1], "unexpected " + quoted(words[1].text) + " after '.endif'");
  blocks_.pop_back();
}

void Conditionals::message(std::span<const Word> words) {
  if (words.size() != 2) {
    error(words[words.size() > 2 ? 2 : 0], quoted(words[0].text) + " takes one message")
        .with_hint("put the message in quotes");
    return;
  }
  if (words[0].text == ".diag" && !show_diag_) return;
  const std::string text(words[1].text);
  for (const Message& row : kMessages) {
    if (row.directive != words[0].text) continue;
    if (row.severity == Severity::kError) diag_.error(words[0].pos, text, words[0].width);
    if (row.severity == Severity::kWarning) diag_.warning(words[0].pos, text, words[0].width);
    if (row.severity == Severity::kNotice) diag_.notice(words[0].pos, text, words[0].width);
  }
}

bool Conditionals::evaluate(std::span<const Word> words) {
  std::string text;
  for (const Word& word : words.subspan(1)) (text += text.empty() ? "" : " ") += word.text;
  const auto answer = evaluate_condition(text, environment_);
  if (answer) return *answer;
  const Word& first = words[words.size() > 1 ? 1 : 0];
  const size_t end = words.back().pos.column + words.back().width;
  diag_.error(first.pos, answer.error().text, end - first.pos.column);
  return false;
}

bool Conditionals::needs_block(std::span<const Word> words) {
  if (!blocks_.empty()) return true;
  if (!maybe_opened_) error(words[0], quoted(words[0].text) + " without '.if'");
  return false;
}

void Conditionals::mark_unread() {
  maybe_opened_ = true;
  for (Block& block : blocks_) block.maybe_closed = true;
}

void Conditionals::end_file() {
  for (const Block& block : blocks_) {
    if (!block.maybe_closed) diag_.error(block.opened, "this '.if' has no '.endif'", 3);
  }
  blocks_.clear();
  maybe_opened_ = false;
}

Diagnostic& Conditionals::error(const Word& word, std::string text) {
  return diag_.error(word.pos, std::move(text), word.width);
}

}  // namespace hawser
