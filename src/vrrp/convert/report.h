// SPDX-License-Identifier: MIT
// What became of every line: kept beside the sections that are made, and printed after them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vrrp/convert/reader.h"

namespace hawser::keepalived {

class Report {
 public:
  explicit Report(Diag& diag) : diag_(diag) {}

  // A row of the table: what is written in place of the statement, or why nothing is.
  void became(const Statement& from, std::string what);
  void dropped(const Statement& from, std::string_view why);
  // The same, and said on standard error: the file does not do what its author meant.
  void trap(const Statement& from, const Word& word, std::string what, std::string became);
  void trap(const Statement& from, std::string what, std::string became) {
    trap(from, from.words[0], std::move(what), std::move(became));
  }
  void error(const Word& word, std::string what, std::string hint = {});

  // The table as comments, in the order of the lines.
  std::string table() const;

 private:
  struct Row {
    SourcePos pos;
    std::string from, became;
  };
  Diag& diag_;
  std::vector<Row> rows_;
};

// Sections under construction.
class SectionText {
 public:
  void begin(std::string_view head);
  void put(std::string_view keyword, std::string_view value = {});
  // A line that is left out of the configuration but kept to be read.
  void comment(std::string_view text);
  // A line of the file as it stands, outside of sections.
  void keep(std::string_view line);
  bool empty() const { return text_.empty(); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// A word as it must be written to be read as `text`.
std::string as_word(std::string_view text);
// A name of a section: characters that it cannot have are replaced by '_'.
std::string as_name(std::string_view text);

// A number of keepalived: a plain one within bounds; otherwise an error is reported.
std::optional<int64_t> take_number(Report& report, const Statement& from, int64_t min, int64_t max,
                                   size_t index = 1);
// Seconds, which may have a fraction, as "2s" or "500ms"; nullopt: an error has been reported.
std::optional<std::string> take_seconds(Report& report, const Statement& from, size_t index = 1);
// Seconds as milliseconds; nullopt: it is no number.
std::optional<int64_t> milliseconds_of(std::string_view text);
std::string time_text(int64_t milliseconds);

// "on", "yes", "true" or nothing.
bool is_on(const Statement& from);

}  // namespace hawser::keepalived
