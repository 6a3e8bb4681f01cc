// SPDX-License-Identifier: MIT
// The registries and doc/configuration.md must name the same things.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "base/testing.h"
#include "base/text.h"
#include "config/keyword_table.h"
#include "config/listing.h"

namespace hawser {
namespace {

using namespace std::string_literals;
using Names = std::vector<std::string>;

const std::string kActions = "http-request and http-response actions";

bool is_action(std::string_view keyword) {
  return keyword.starts_with("http-request ") || keyword.starts_with("http-response ");
}

// A "### name" of a chapter, with the lines up to the next heading.
struct Entry {
  std::string chapter, name;
  Names lines;
};

std::vector<Entry> read_entries() {
  std::ifstream in(source_dir() + "/doc/configuration.md");
  REQUIRE(in);
  std::vector<Entry> out;
  std::string chapter, line;
  while (std::getline(in, line)) {
    if (line.starts_with("## ")) chapter = line.substr(3);
    if (line.starts_with("### ")) {
      out.push_back({chapter, line.substr(4), {}});
    } else if (!out.empty() && out.back().chapter == chapter) {
      out.back().lines.push_back(line);
    }
  }
  return out;
}

// The names by their "## chapter".
std::map<std::string, Names> read_manual() {
  std::map<std::string, Names> out;
  for (const Entry& entry : read_entries()) out[entry.chapter].push_back(entry.name);
  return out;
}

// The first block of an entry as a row of a table has it: lines that go on are joined, and
// alternatives separated by " | ". `no NAME` only says that it may be negated.
struct Usage {
  std::string text;
  bool negatable = false;
};

Usage read_usage(const Entry& entry) {
  Usage usage;
  for (const std::string& line : entry.lines) {
    if (line.empty() && usage.text.empty()) continue;
    if (!line.starts_with("    ")) break;
    std::string_view words = trim(line);
    if (words == "no " + entry.name) {
      usage.negatable = true;
    } else if (usage.text.empty()) {
      usage.text = words;
    } else if (words.starts_with(entry.name + " ")) {
      usage.text += " |" + std::string(words.substr(entry.name.size()));
    } else {
      usage.text += " " + std::string(words);
    }
  }
  return usage;
}

// "In `defaults` and `listen`.": the sections of an entry, 0 where it does not say.
uint16_t read_sections(const Entry& entry) {
  uint16_t out = 0;
  for (const std::string& line : entry.lines) {
    if (!line.starts_with("In `")) continue;
    const std::string sentence = line.substr(0, line.find('.'));
    for (const Section section : all_sections()) {
      if (sentence.find(fmt::format("`{}`", section_name(section))) != sentence.npos)
        out |= section;
    }
  }
  return out;
}

Names sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  return names;
}

// What is in one list and not in the other, as a test prints it.
Names difference(const Names& from, const Names& without) {
  Names out;
  std::set_difference(from.begin(), from.end(), without.begin(), without.end(),
                      std::back_inserter(out));
  return out;
}

void compare(const std::string& chapter, const Names& documented, const Names& registered) {
  INFO("chapter " << chapter);
  CHECK(difference(registered, documented) == Names());  // not in the manual
  CHECK(difference(documented, registered) == Names());  // in the manual only
}

// The names of a chapter are in order, so that a reader finds them, and none is there twice.
void check_order(const Names& documented) {
  const auto wrong = std::adjacent_find(documented.begin(), documented.end(), std::greater_equal());
  CHECK((wrong == documented.end() ? "" : *wrong) == "");
}

// The chapters of keywords, and which sections they are about.
const std::map<std::string, uint16_t> kKeywordChapters = {
    {"Global keywords", kInGlobal},
    {"Proxy keywords", kInProxies | kInHttpErrors},
    {kActions, kInProxies},
    {"VRRP keywords", kInVrrps | kInVrrpGroup},
    {"vrrp-script keywords", kInVrrpScript},
    {"mailers keywords", kInMailers},
};

// Where a keyword may be described: one that belongs to `global` and to proxies in either chapter.
bool fits(const std::string& chapter, std::string_view keyword) {
  if (chapter == kActions) return is_action(keyword);
  const uint16_t wanted = kKeywordChapters.at(chapter);
  const auto rows = Registry<Keyword>::all_of(keyword);
  return !is_action(keyword) && std::any_of(rows.begin(), rows.end(), [&](const Keyword* row) {
    return (row->sections & wanted) != 0;
  });
}

TEST_CASE("every keyword is in the manual, and nothing else is") {
  auto manual = read_manual();
  Names documented;
  for (const auto& [chapter, sections] : kKeywordChapters) {
    check_order(manual[chapter]);
    for (const std::string& name : manual[chapter]) {
      INFO(chapter << ": " << name);
      CHECK(fits(chapter, name));
      documented.push_back(name);
    }
  }
  // What belongs to several kinds of sections, with different meanings, may be in several chapters.
  documented = sorted(std::move(documented));
  documented.erase(std::unique(documented.begin(), documented.end()), documented.end());
  Names registered;
  for (const std::string_view name : registered_names("keywords")) registered.emplace_back(name);
  compare("of keywords", documented, registered);
}

TEST_CASE("every other list of the configuration is a chapter of the manual") {
  // Titles of registries, and where their rows are described.
  const std::map<std::string_view, std::string> chapters = {
      {"bind", "bind options"},  {"server", "server options"}, {"balance", "Balance algorithms"},
      {"checks", "Check types"}, {"log-format", "Log format"},
  };
  auto manual = read_manual();
  for (const std::string_view title : registry_titles()) {
    if (title == "keywords" || title == "commands") continue;
    INFO("list " << title);
    const auto chapter = chapters.find(title);
    REQUIRE(chapter != chapters.end());
    Names registered;
    for (const std::string_view name : registered_names(title)) registered.emplace_back(name);
    const Names documented = sorted(manual[chapter->second]);
    check_order(manual[chapter->second]);
    compare(chapter->second, documented, registered);
  }
}

TEST_CASE("every keyword's usage and sections in the manual are those of its rows") {
  std::map<std::string, uint16_t> documented, registered;
  for (const Entry& entry : read_entries()) {
    const auto chapter = kKeywordChapters.find(entry.chapter);
    if (chapter == kKeywordChapters.end()) continue;
    INFO(entry.chapter << ": " << entry.name);
    const Usage usage = read_usage(entry);
    for (const Keyword* row : Registry<Keyword>::all_of(entry.name)) {
      if ((row->sections & chapter->second) == 0) continue;
      CHECK(usage.text ==
            fmt::format("{}{}{}", row->name, row->args.empty() ? "" : " ", row->args));
      CHECK(usage.negatable == row->negatable);
      registered[entry.name] |= row->sections;
    }
    // A chapter about one section need not say so again.
    const bool implied = std::has_single_bit(chapter->second);
    const uint16_t said = read_sections(entry);
    documented[entry.name] |= said == 0 && implied ? chapter->second : said;
  }
  for (const auto& [name, sections] : registered) {
    INFO(name);
    CHECK(section_names(documented[name]) == section_names(sections));
  }
}

template <class Option>
void check_usages(const std::string& chapter) {
  size_t count = 0;
  for (const Entry& entry : read_entries()) {
    if (entry.chapter != chapter) continue;
    for (const Option* row : Registry<Option>::all_of(entry.name)) {
      INFO(chapter << ": " << entry.name);
      CHECK(read_usage(entry).text ==
            fmt::format("{}{}{}", row->name, row->args.empty() ? "" : " ", row->args));
      ++count;
    }
  }
  CHECK(count == registered_names(chapter.substr(0, chapter.find(' '))).size());
}

TEST_CASE("so are the usages of options") {
  check_usages<BindOption>("bind options");
  check_usages<ServerOption>("server options");
}

}  // namespace
}  // namespace hawser
