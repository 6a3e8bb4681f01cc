// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/keyword.h"

namespace hawser {

// The registered keywords by name, in constant time. Made once, after the registries are sealed.
class KeywordTable {
 public:
  static const KeywordTable& instance();

  struct Match {
    std::span<const Keyword* const> rows;  // of one name; empty: no such keyword
    size_t words = 0;                      // how many the name has
    const Keyword* in(Section section) const;
  };
  // The keyword with the longest name that `words` begin with.
  Match find(std::span<const Word> words) const;

  // Whether `word` begins names of several words ("timeout", "option").
  bool is_group(std::string_view word) const;

  // Names that may stand in `section`; with `group`, what follows that word in them.
  std::vector<std::string_view> names(Section section, std::string_view group = {}) const;

 private:
  KeywordTable();
  struct Entry {
    std::vector<const Keyword*> rows;
    size_t longest = 1;  // words of the longest name that begins with this one
  };
  std::unordered_map<std::string_view, Entry> entries_;
};

// All kinds of sections, in the order of lists.
std::span<const Section> all_sections();
// "frontend": how messages call a section.
std::string_view section_name(Section section);
// "frontend, listen": those whose bit is set.
std::string section_names(uint16_t sections);

}  // namespace hawser
