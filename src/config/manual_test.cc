// SPDX-License-Identifier: MIT
// The registries and doc/configuration.md must name the same things.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "base/testing.h"
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

// The "### name" headings of a manual by their "## chapter".
std::map<std::string, Names> read_manual(const std::string& file) {
  std::ifstream in(source_dir() + "/doc/" + file);
  REQUIRE(in);
  std::map<std::string, Names> out;
  std::string chapter, line;
  bool in_example = false;
  while (std::getline(in, line)) {
    if (line.starts_with("```")) in_example = !in_example;
    if (in_example) continue;
    if (line.starts_with("## ")) chapter = line.substr(3);
    if (line.starts_with("### ")) out[chapter].push_back(line.substr(4));
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

// No name is described twice in one chapter.
void check_unique(const Names& documented) {
  const auto twice = std::adjacent_find(documented.begin(), documented.end());
  CHECK((twice == documented.end() ? "" : *twice) == "");
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
  auto manual = read_manual("configuration.md");
  Names documented;
  for (const auto& [chapter, sections] : kKeywordChapters) {
    check_unique(sorted(manual[chapter]));
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
  auto manual = read_manual("configuration.md");
  for (const std::string_view title : registry_titles()) {
    if (title == "keywords" || title == "commands") continue;
    INFO("list " << title);
    const auto chapter = chapters.find(title);
    REQUIRE(chapter != chapters.end());
    Names registered;
    for (const std::string_view name : registered_names(title)) registered.emplace_back(name);
    const Names documented = sorted(manual[chapter->second]);
    check_unique(documented);
    compare(chapter->second, documented, registered);
  }
}

}  // namespace
}  // namespace hawser
