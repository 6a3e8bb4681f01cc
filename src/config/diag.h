// SPDX-License-Identifier: MIT
// What is wrong with a configuration: collected, never thrown, printed in one go.
#pragma once

#include <cstdint>
#include <deque>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hawser {

// Where a word stands. `file` indexes the Diag's list of files; line and column count from 1
// (column 0: the line).
struct SourcePos {
  uint32_t line = 0;
  uint16_t file = 0;
  uint16_t column = 0;
};

enum class Severity : uint8_t { kNotice, kWarning, kError };

struct Diagnostic {
  Severity severity;
  SourcePos pos;
  uint16_t width = 1;  // characters to underline
  std::string text;    // "unknown keyword 'balnce'"
  std::string hint;    // a sentence to act on; empty: none

  // Adds "did you mean 'x'?" when a candidate is close enough to `word`, or else "one of: x, y"
  // when they are few.
  Diagnostic& hint_nearest(std::string_view word, std::span<const std::string_view> candidates);
  Diagnostic& with_hint(std::string sentence);
};

// Collects diagnostics of one reading. The returned references stay valid as long as the Diag. What
// was said of a place is not said of it again: a line of `defaults` reaches many sections.
class Diag {
 public:
  Diag() = default;
  Diag(const Diag&) = delete;
  Diag& operator=(const Diag&) = delete;

  Diagnostic& error(SourcePos pos, std::string text, size_t width = 1);
  Diagnostic& warning(SourcePos pos, std::string text, size_t width = 1);
  Diagnostic& notice(SourcePos pos, std::string text, size_t width = 1);

  // Registers a file and its text (for quoting lines); returns its index. The text must outlive the
  // Diag.
  uint16_t add_file(std::string name, std::string_view text);
  size_t files() const { return files_.size(); }
  std::string_view file_name(uint16_t file) const { return files_[file].name; }
  std::string place(SourcePos pos) const;  // "site.cfg:41"

  size_t errors() const { return errors_; }
  size_t warnings() const { return warnings_; }
  const std::deque<Diagnostic>& all() const { return list_; }

  // Every diagnostic in order of position:
  //   /etc/hawser/site.cfg:41:38: error: unknown converter 'uper'
  //      41 |     use_backend api if { req.hdr(host),uper -m beg API. }
  //         |                                        ^~~~
  //      hint: did you mean 'upper'?
  std::string render() const;
  // The last line after it: "2 errors, 1 warning; nothing was changed". Empty: nothing was found.
  std::string summary() const;

 private:
  struct File {
    std::string name;
    std::string_view text;
  };
  struct ByContent {
    bool operator()(const Diagnostic* a, const Diagnostic* b) const;
  };
  Diagnostic& add(Severity severity, SourcePos pos, std::string text, size_t width);
  std::vector<File> files_;
  std::deque<Diagnostic> list_;
  std::set<Diagnostic*, ByContent> said_;  // of list_
  size_t errors_ = 0;
  size_t warnings_ = 0;
};

}  // namespace hawser
