// SPDX-License-Identifier: MIT
#include "config/lexer.h"

#include <algorithm>

#include "base/text.h"

namespace hawser {
namespace {

constexpr std::string_view kSpecial = "\\'\"$";

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool is_name_char(char c) { return is_alnum(c) || c == '_'; }

}  // namespace

std::optional<std::span<const Word>> Lexer::cut(std::string_view line, SourcePos pos) {
  line_ = line;
  pos_ = pos;
  next_ = 0;
  words_.clear();
  if (line_.size() > kMaxLine) {
    fail(0, 1, "the line is longer than 64 KiB");
    return std::nullopt;
  }
  if (const size_t nul = line_.find('\0'); nul != line_.npos) {
    fail(nul, 1, "the line contains a NUL byte",
         "this is no text file, or a damaged one; what follows was not read");
    return std::nullopt;
  }
  // Nearly every line needs no rewriting: its words are views of the file's text.
  return line_.find_first_of(kSpecial) == line_.npos ? cut_plain() : cut_quoted();
}

std::optional<std::span<const Word>> Lexer::cut_plain() {
  size_t i = 0;
  for (;;) {
    i = skip_separators(line_, i);
    if (i == line_.size() || line_[i] == '#') return words_;
    const size_t start = i;
    while (i < line_.size() && separator_at(line_, i) == 0 && line_[i] != '#') ++i;
    SourcePos at = pos_;
    at.column = static_cast<uint16_t>(start + 1);
    words_.push_back({line_.substr(start, i - start), at, static_cast<uint16_t>(i - start)});
  }
}

std::optional<std::span<const Word>> Lexer::cut_quoted() {
  scratch_.clear();
  pieces_.clear();
  for (;;) {
    next_ = skip_separators(line_, next_);
    if (at_end() || peek() == '#') break;
    word_start_ = next_;
    begin_ = scratch_.size();
    literal_ = false;
    if (!read_word()) return std::nullopt;
    end_word();
  }
  // Only now is scratch_ at rest, so only now can views be taken.
  for (const Piece& piece : pieces_) {
    SourcePos at = pos_;
    at.column = piece.column;
    words_.push_back(
        {std::string_view(scratch_).substr(piece.begin, piece.end - piece.begin), at, piece.width});
  }
  return words_;
}

// Reads up to the blank or comment that ends the word.
bool Lexer::read_word() {
  bool in_quotes = false;
  size_t quote = 0;
  while (!at_end()) {
    const char c = peek();
    if (!in_quotes && (c == '#' || separator_at(line_, next_) != 0)) return true;
    if (c == '"') {
      in_quotes = !in_quotes;
      // Quotes around nothing are an empty word; quotes around a variable are as empty as it is.
      if (in_quotes) {
        quote = next_;
      } else if (next_ == quote + 1) {
        literal_ = true;
      }
      ++next_;
    } else if (c == '\'' && !in_quotes) {
      if (!read_strong_quote()) return false;
    } else if (c == '\\') {
      if (!read_escape(in_quotes)) return false;
    } else if (c == '$' && (in_quotes || line_.substr(next_, 2) == "${")) {
      if (!read_variable(in_quotes)) return false;
    } else {
      scratch_ += c;
      literal_ = true;
      ++next_;
    }
  }
  if (in_quotes) return fail(quote, 1, "this double quote is not closed");
  return true;
}

bool Lexer::read_strong_quote() {
  const size_t close = line_.find('\'', next_ + 1);
  if (close == line_.npos) return fail(next_, 1, "this single quote is not closed");
  scratch_ += line_.substr(next_ + 1, close - next_ - 1);
  literal_ = true;
  next_ = close + 1;
  return true;
}

// A backslash before a character that needs none stays, so that regular expressions can be written
// without quotes.
bool Lexer::read_escape(bool in_quotes) {
  literal_ = true;
  if (next_ + 1 == line_.size()) {
    scratch_ += '\\';
    ++next_;
    return true;
  }
  const char c = line_[next_ + 1];
  if (c == 'x') {
    const int high = next_ + 2 < line_.size() ? hex_digit(line_[next_ + 2]) : -1;
    const int low = next_ + 3 < line_.size() ? hex_digit(line_[next_ + 3]) : -1;
    if (high < 0 || low < 0) {
      return fail(next_, 2, "'\\x' must be followed by two hexadecimal digits");
    }
    if (high == 0 && low == 0) return fail(next_, 4, "'\\x00' is not allowed: no word can hold it");
    scratch_ += static_cast<char>(high * 16 + low);
    next_ += 4;
    return true;
  }
  next_ += 2;
  switch (c) {
    case 'n':
      scratch_ += '\n';
      return true;
    case 'r':
      scratch_ += '\r';
      return true;
    case 't':
      scratch_ += '\t';
      return true;
    case '\\':
    case ' ':
    case '\t':
    case '#':
    case '\'':
    case '"':
      scratch_ += c;
      return true;
    case '$':
      if (!in_quotes) scratch_ += '\\';
      scratch_ += c;
      return true;
  }
  scratch_ += '\\';
  scratch_ += c;
  return true;
}

// $NAME, ${NAME}, ${NAME-default}, ${NAME[*]}; outside quotes only with braces, since a bare '$' is
// common in regular expressions.
bool Lexer::read_variable(bool in_quotes) {
  const size_t dollar = next_++;
  const bool braced = !at_end() && peek() == '{';
  if (braced) ++next_;
  const size_t start = next_;
  if (!at_end() && peek() == '.') ++next_;
  while (!at_end() && is_name_char(peek())) ++next_;
  const std::string_view name = line_.substr(start, next_ - start);
  if (name.empty() || name == "." || is_digit(name[0])) {
    return fail(dollar, next_ - dollar, "'$' must be followed by the name of a variable",
                in_quotes ? "write '\\$' for a dollar sign" : "put the word in single quotes");
  }
  std::optional<std::string_view> value = lookup(name);
  bool split = false;
  if (braced) {
    if (line_.substr(next_, 3) == "[*]") {
      split = true;
      next_ += 3;
    }
    const size_t close = line_.find_first_of("}\"", next_);
    if (close == line_.npos || line_[close] != '}') {
      return fail(dollar, 2, "this brace is not closed");
    }
    if (next_ != close && peek() != '-') {
      return fail(next_, close - next_,
                  quoted(line_.substr(next_, close - next_)) + " cannot follow a variable's name",
                  "write ${NAME}, ${NAME-default} or ${NAME[*]}");
    }
    if (next_ != close && !value) value = line_.substr(next_ + 1, close - next_ - 1);
    next_ = close + 1;
  }
  if (!value) return true;
  if (split) {
    append_split(*value);
  } else {
    scratch_ += *value;
  }
  return true;
}

std::optional<std::string_view> Lexer::lookup(std::string_view name) {
  if (name[0] != '.') return environment_.find(name);
  if (name == ".FILE") return diag_.file_name(pos_.file);
  if (name == ".SECTION") return section_;
  if (name == ".LINE") return number_ = std::to_string(pos_.line);
  return std::nullopt;
}

// The parts of a list become words of their own; what stands before and after joins the first and
// the last one.
void Lexer::append_split(std::string_view value) {
  bool first = true;
  size_t i = 0;
  for (;;) {
    while (i < value.size() && is_blank(value[i])) ++i;
    if (i == value.size()) return;
    const size_t start = i;
    while (i < value.size() && !is_blank(value[i])) ++i;
    if (!first) {
      end_word();
      begin_ = scratch_.size();
      literal_ = false;
    }
    scratch_ += value.substr(start, i - start);
    first = false;
  }
}

void Lexer::end_word() {
  if (scratch_.size() == begin_ && !literal_) return;
  pieces_.push_back({begin_, scratch_.size(), static_cast<uint16_t>(word_start_ + 1),
                     static_cast<uint16_t>(next_ - word_start_)});
}

bool Lexer::fail(size_t at, size_t width, std::string text, std::string hint) {
  SourcePos where = pos_;
  where.column = static_cast<uint16_t>(std::min(at, kMaxLine - 1) + 1);
  Diagnostic& error = diag_.error(where, std::move(text), width);
  if (!hint.empty()) error.with_hint(std::move(hint));
  return false;
}

}  // namespace hawser
