// SPDX-License-Identifier: MIT
#include "vrrp/convert/lexer.h"

#include <algorithm>

#include "base/text.h"

namespace hawser::keepalived {
namespace {

bool is_name_char(char c) { return is_alnum(c) || c == '_'; }
bool is_space(char c) { return is_blank(c) || c == '\r' || c == '\f' || c == '\v'; }

uint16_t clamp16(size_t value) {
  return static_cast<uint16_t>(std::min<size_t>(value, UINT16_MAX));
}

class Cutter {
 public:
  Cutter(std::string_view line, SourcePos pos, Diag& diag) : line_(line), pos_(pos), diag_(diag) {}

  std::optional<std::vector<Token>> run() {
    for (next_ = 0; next_ < line_.size(); ++next_) {
      const char c = line_[next_];
      if (c == '#' || c == '!') break;
      if (is_space(c)) {
        end_word();
      } else if (c == '{' || c == '}') {
        end_word();
        begin_word();
        word_.text = c;
        push(c == '{' ? Token::Kind::kOpen : Token::Kind::kClose, next_ + 1);
      } else if (c == '"' || c == '\'') {
        begin_word();
        if (!read_quoted(c)) return std::nullopt;
      } else {
        begin_word();
        word_.text += c;
        if (c == '$') take_braces();
      }
    }
    end_word();
    return std::move(tokens_);
  }

 private:
  void begin_word() {
    if (in_word_) return;
    in_word_ = true;
    begin_ = next_;
    word_ = {};
    word_.pos = pos_;
    word_.pos.column = clamp16(next_ + 1);
  }

  void end_word() {
    if (in_word_) push(Token::Kind::kWord, next_);
  }

  void push(Token::Kind kind, size_t end) {
    word_.width = clamp16(std::max<size_t>(end - begin_, 1));
    tokens_.push_back({kind, std::move(word_)});
    in_word_ = false;
  }

  // The braces of a "${NAME}" that is no macro's open no block.
  void take_braces() {
    if (next_ + 1 == line_.size() || line_[next_ + 1] != '{') return;
    const size_t end = std::min(line_.find('}', next_), line_.size() - 1);
    word_.text += line_.substr(next_ + 1, end - next_);
    next_ = end;
  }

  // Up to the closing quote; a backslash takes the character after it as it is.
  bool read_quoted(char quote) {
    const size_t start = next_;
    word_.quoted = true;
    for (++next_; next_ < line_.size(); ++next_) {
      char c = line_[next_];
      if (c == quote) return true;
      if (c == '\\' && quote == '"' && next_ + 1 < line_.size()) c = line_[++next_];
      word_.text += c;
    }
    SourcePos at = pos_;
    at.column = clamp16(start + 1);
    diag_.error(at, "the quote is not closed on its line", line_.size() - start);
    return false;
  }

  std::string_view line_;
  SourcePos pos_;
  Diag& diag_;
  size_t next_ = 0;
  size_t begin_ = 0;
  bool in_word_ = false;
  Word word_;
  std::vector<Token> tokens_;
};

// One round of replacements; false: there was none.
bool expand_once(std::string& line, const Macros& macros) {
  std::string out;
  bool changed = false;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '$') {
      out += line[i];
      continue;
    }
    const bool braced = i + 1 < line.size() && line[i + 1] == '{';
    const size_t begin = i + (braced ? 2 : 1);
    size_t end = begin;
    while (end < line.size() && is_name_char(line[end])) ++end;
    const bool closed = !braced || (end < line.size() && line[end] == '}');
    const auto found = macros.find(line.substr(begin, end - begin));
    if (!closed || found == macros.end()) {
      out += line[i];
      continue;
    }
    out += found->second;
    i = end - (braced ? 0 : 1);
    changed = true;
  }
  line = std::move(out);
  return changed;
}

}  // namespace

std::optional<std::vector<Token>> cut_line(std::string_view line, SourcePos pos, Diag& diag) {
  return Cutter(line, pos, diag).run();
}

std::string expand_macros(std::string_view line, const Macros& macros) {
  constexpr int kMostRounds = 16;
  constexpr size_t kMostBytes = 65536;
  std::string out(line);
  if (macros.empty()) return out;
  for (int i = 0; i < kMostRounds && out.size() < kMostBytes; ++i) {
    if (!expand_once(out, macros)) break;
  }
  return out;
}

std::optional<std::pair<std::string, std::string>> macro_definition(std::string_view line) {
  line = trim(line);
  if (!line.starts_with('$')) return std::nullopt;
  size_t end = 1;
  while (end < line.size() && is_name_char(line[end])) ++end;
  if (end == 1 || end == line.size() || line[end] != '=') return std::nullopt;
  std::string_view value = line.substr(end + 1);
  value = value.substr(0, value.find_first_of("#!"));
  return std::pair(std::string(line.substr(1, end - 1)), std::string(trim(value)));
}

}  // namespace hawser::keepalived
