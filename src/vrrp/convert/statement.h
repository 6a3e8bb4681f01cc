// SPDX-License-Identifier: MIT
// A file of keepalived as a tree.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/diag.h"

namespace hawser::keepalived {

struct Word {
  std::string text;  // without quotes
  SourcePos pos;
  uint16_t width = 1;  // as written
  bool quoted = false;
};

// A line, and the block that its brace opens.
struct Statement {
  std::vector<Word> words;  // at least one
  bool has_block = false;
  std::vector<Statement> block;
  uint32_t last_line = 0;  // of the block

  const std::string& name() const { return words[0].text; }
  // The word at `index`; "" where there is none.
  std::string_view argument(size_t index = 1) const {
    return index < words.size() ? std::string_view(words[index].text) : std::string_view();
  }
  // All words from `first` on, joined by one blank.
  std::string rest(size_t first = 1) const {
    std::string out;
    for (size_t i = first; i < words.size(); ++i) {
      if (i != first) out += ' ';
      out += words[i].text;
    }
    return out;
  }
};

}  // namespace hawser::keepalived
