// SPDX-License-Identifier: MIT
// Files of keepalived to a tree: includes, macros, lines for one node, and braces that are missing.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "vrrp/convert/lexer.h"

namespace hawser::keepalived {

// A file that `include` names, with its text.
struct Included {
  std::string path;
  std::string text;
};
// The files that a pattern stands for. The error is for the user.
using IncludeFiles = std::function<Result<std::vector<Included>>(const std::string& pattern,
                                                                 const std::string& from)>;

// Reads with glob(3), relative to the directory of `from`.
Result<std::vector<Included>> include_from_disk(const std::string& pattern,
                                                const std::string& from);

class Reader {
 public:
  // `id` is the node that lines with "@id" are for.
  Reader(std::string id, IncludeFiles include, Diag& diag)
      : id_(std::move(id)), include_(std::move(include)), diag_(diag) {}

  // The statements of a file and those that it includes. What is wrong is reported; missing closing
  // braces are supplied with a warning, everything else is an error.
  std::vector<Statement> read(std::string path, std::string text);

  // A line as it stands in a file, without its line end.
  std::string_view line(uint16_t file, uint32_t number) const;

  // "@id" lines that are for other nodes.
  const std::vector<SourcePos>& skipped() const { return skipped_; }
  const std::string& id() const { return id_; }

 private:
  struct Text {
    std::string path, text;
    std::vector<size_t> lines;  // where they begin
  };

  void read_file(std::string path, std::string text, int depth);
  void read_line(std::string_view original, SourcePos pos, const std::string& path, int depth);
  // Whether a line that begins with "@id" or "@^id" is for this node; takes that off.
  bool is_for_us(std::string_view& line) const;
  void include(const Statement& statement, const std::string& path, int depth);
  void add_tokens(std::vector<Token> tokens);
  void finish_statement();
  void open_block(const Word& brace);
  void close_block(const Word& brace);
  // Closes what is open when a statement cannot be where it stands.
  void close_before(const Statement& statement);
  void close_forgotten(std::string_view before);
  std::vector<Statement>& current() { return open_.empty() ? root_ : open_.back().block; }

  std::string id_;
  IncludeFiles include_;
  Diag& diag_;
  Macros macros_;
  std::deque<Text> texts_;
  std::vector<Statement> root_;
  std::vector<Statement> open_;  // blocks that are not closed yet, the innermost last
  Statement pending_;            // the words of the line so far
  bool after_line_ = false;      // the last statement of current() may still get a block
  std::vector<SourcePos> skipped_;
  int warned_file_ = -1;  // the last one in which odd blanks were reported
};

}  // namespace hawser::keepalived
