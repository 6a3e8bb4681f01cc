// SPDX-License-Identifier: MIT
// Lines to words: quotes, escapes, comments and variables (sections 2.2 and 2.3 of HAProxy's
// manual).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/environment.h"
#include "config/keyword.h"

namespace hawser {

// The longest line that is read, without its line end; columns of longer ones would not fit.
inline constexpr size_t kMaxLine = 65535;

// The length of what separates words at `at`: a blank, a tab, or what web pages and editors put in
// their place, a no-break space (U+00A0) or a byte order mark (U+FEFF). 0: something else.
inline size_t separator_at(std::string_view line, size_t at) {
  const char c = line[at];
  if (c == ' ' || c == '\t') return 1;
  if (c == '\xC2' && line.substr(at, 2) == "\xC2\xA0") return 2;
  return c == '\xEF' && line.substr(at, 3) == "\xEF\xBB\xBF" ? 3 : 0;
}

// Where the first word begins; the size of the line: there is none.
inline size_t skip_separators(std::string_view line, size_t at) {
  while (at < line.size()) {
    const size_t width = separator_at(line, at);
    if (width == 0) break;
    at += width;
  }
  return at;
}

class Lexer {
 public:
  Lexer(const Environment& environment, Diag& diag) : environment_(environment), diag_(diag) {}

  // What the pseudo-variables .FILE, .LINE and .SECTION stand for.
  void set_section(std::string_view name) { section_ = name; }

  // Cuts `line` (without its line end), which stands at `pos`. The words are valid until the next
  // call and as long as `line`. nullopt: an error has been reported.
  std::optional<std::span<const Word>> cut(std::string_view line, SourcePos pos);

 private:
  // A word's text in scratch_, which may still grow.
  struct Piece {
    size_t begin, end;
    uint16_t column, width;
  };

  std::optional<std::span<const Word>> cut_plain();
  std::optional<std::span<const Word>> cut_quoted();
  bool read_word();
  bool read_escape(bool in_quotes);
  bool read_strong_quote();
  bool read_variable(bool in_quotes);
  std::optional<std::string_view> lookup(std::string_view name);
  void append_split(std::string_view value);
  void end_word();
  bool fail(size_t at, size_t width, std::string text, std::string hint = {});

  bool at_end() const { return next_ >= line_.size(); }
  char peek() const { return line_[next_]; }

  const Environment& environment_;
  Diag& diag_;
  std::string section_;

  std::string_view line_;
  SourcePos pos_;
  size_t next_ = 0;        // in line_
  size_t word_start_ = 0;  // in line_
  size_t begin_ = 0;       // of the word in scratch_
  bool literal_ = false;   // the word has something besides expansions: kept even when empty
  std::string number_;     // .LINE as text
  std::string scratch_;
  std::vector<Piece> pieces_;
  std::vector<Word> words_;
};

}  // namespace hawser
