// SPDX-License-Identifier: MIT
#include "config/keyword_table.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace hawser {
namespace {

struct SectionWord {
  Section section;
  std::string_view name;
};
constexpr SectionWord kSectionWords[] = {
    {kInGlobal, "global"},
    {kInDefaults, "defaults"},
    {kInFrontend, "frontend"},
    {kInListen, "listen"},
    {kInBackend, "backend"},
    {kInHttpErrors, "http-errors"},
    {kInVrrpDefaults, "vrrp-defaults"},
    {kInVrrp, "vrrp"},
    {kInVrrpGroup, "vrrp-group"},
    {kInVrrpScript, "vrrp-script"},
    {kInMailers, "mailers"},
};

size_t word_count(std::string_view name) {
  return static_cast<size_t>(std::count(name.begin(), name.end(), ' ')) + 1;
}

// The first words of a line, joined as names are written.
std::string joined(std::span<const Word> words) {
  std::string out(words[0].text);
  for (const Word& word : words.subspan(1)) (out += ' ') += word.text;
  return out;
}

}  // namespace

const KeywordTable& KeywordTable::instance() {
  static const KeywordTable table;
  return table;
}

KeywordTable::KeywordTable() {
  for (const Keyword* row : Registry<Keyword>::all()) {
    entries_[row->name].rows.push_back(row);
    Entry& first = entries_[row->name.substr(0, row->name.find(' '))];
    first.longest = std::max(first.longest, word_count(row->name));
  }
}

const Keyword* KeywordTable::Match::in(Section section) const {
  for (const Keyword* row : rows) {
    if ((row->sections & section) != 0) return row;
  }
  return nullptr;
}

KeywordTable::Match KeywordTable::find(std::span<const Word> words) const {
  const auto first = entries_.find(words[0].text);
  if (first == entries_.end()) return {};
  for (size_t n = std::min(first->second.longest, words.size()); n > 1; --n) {
    const auto found = entries_.find(joined(words.first(n)));
    if (found != entries_.end() && !found->second.rows.empty()) return {found->second.rows, n};
  }
  if (first->second.rows.empty()) return {};
  return {first->second.rows, 1};
}

bool KeywordTable::is_group(std::string_view word) const {
  const auto found = entries_.find(word);
  return found != entries_.end() && found->second.longest > 1;
}

std::vector<std::string_view> KeywordTable::names(Section section, std::string_view group) const {
  std::vector<std::string_view> out;
  for (const Keyword* row : Registry<Keyword>::all()) {
    if ((row->sections & section) == 0) continue;
    if (group.empty()) {
      out.push_back(row->name);
    } else if (row->name.size() > group.size() && row->name.starts_with(group) &&
               row->name[group.size()] == ' ') {
      out.push_back(row->name.substr(group.size() + 1));
    }
  }
  return out;
}

std::span<const Section> all_sections() {
  static const auto sections = [] {
    std::array<Section, std::size(kSectionWords)> out;
    std::transform(std::begin(kSectionWords), std::end(kSectionWords), out.begin(),
                   [](const SectionWord& row) { return row.section; });
    return out;
  }();
  return sections;
}

std::string_view section_name(Section section) {
  for (const SectionWord& row : kSectionWords) {
    if (row.section == section) return row.name;
  }
  HW_UNREACHABLE();
}

std::string section_names(uint16_t sections) {
  std::string out;
  for (const SectionWord& row : kSectionWords) {
    if ((sections & row.section) == 0) continue;
    if (!out.empty()) out += ", ";
    out += row.name;
  }
  return out;
}

}  // namespace hawser
