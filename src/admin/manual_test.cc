// SPDX-License-Identifier: MIT
// doc/management.md against the registries and tables that it describes.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "admin/command.h"
#include "admin/info_table.h"
#include "admin/stats_table.h"
#include "base/testing.h"
#include "base/text.h"

namespace hawser {
namespace {

using Names = std::set<std::string>;

// The names of one chapter: those of its `### name` headings, and those in the given column of its
// tables.
struct Chapter {
  Names headings;
  std::map<std::string, std::vector<std::string>> texts;  // what stands below each heading
  std::vector<std::vector<std::string>> rows;
};

Chapter read_chapter(std::string_view title) {
  std::ifstream file(source_dir() + "/doc/management.md");
  REQUIRE(file);
  Chapter chapter;
  std::string line, heading;
  bool inside = false;
  while (std::getline(file, line)) {
    if (line.starts_with("## ")) inside = line.substr(3) == title;
    if (!inside) continue;
    if (line.starts_with("### ")) {
      heading = line.substr(4);
      chapter.headings.insert(heading);
    } else if (!line.empty()) {
      chapter.texts[heading].push_back(line);
    }
    if (line.starts_with("| ") && is_digit(line[2])) {
      auto& row = chapter.rows.emplace_back();
      for (const std::string_view cell : split(line, '|')) row.emplace_back(trim(cell));
    }
  }
  return chapter;
}

TEST_CASE("every command is in the manual, and nothing else is") {
  Names registered;
  for (const Command* command : Registry<Command>::all()) {
    registered.insert(std::string(command->name));
  }
  CHECK(read_chapter("Commands").headings == registered);
}

TEST_CASE("every command's usage and level in the manual are those of its row") {
  const Chapter chapter = read_chapter("Commands");
  for (const Command* command : Registry<Command>::all()) {
    const auto& text = chapter.texts.at(std::string(command->name));
    const auto prose = std::find_if(text.begin(), text.end(),
                                    [](const std::string& line) { return !line.starts_with(' '); });
    INFO(command->name);
    REQUIRE(prose != text.end());
    constexpr std::string_view kLevels[] = {"user", "operator", "admin"};
    const auto level = kLevels[static_cast<size_t>(command->level)];
    CHECK(prose->starts_with(fmt::format("Level `{}`.", level)));
    const auto blank = command->args.empty() ? "" : " ";
    const std::string usage = fmt::format("    {}{}{}", command->name, blank, command->args);
    // A command of several forms has a line for each.
    const bool several = prose - text.begin() > 1;
    CHECK((several || text.front() == usage));
    for (auto line = text.begin(); line != prose; ++line) {
      CHECK(line->starts_with(fmt::format("    {}{}", command->name, blank)));
    }
  }
}

TEST_CASE("the manual's table of columns is that of the statistics") {
  const auto rows = read_chapter("Columns of the statistics").rows;
  REQUIRE(rows.size() == kFirstLooseColumn);
  for (size_t i = 0; i < rows.size(); ++i) {
    const Field& field = stat_fields()[i];
    INFO(field.name);
    const bool counted = stat_objects(i) != "....";
    CHECK(rows[i] == std::vector<std::string>{"", std::to_string(i),
                                              "`" + std::string(field.name) + "`",
                                              counted ? std::string(stat_objects(i)) : "–",
                                              std::string(field.help), ""});
  }
}

TEST_CASE("the manual's table of fields is that of show info") {
  const auto rows = read_chapter("Fields of show info").rows;
  REQUIRE(rows.size() == info_fields().size());
  for (size_t i = 0; i < rows.size(); ++i) {
    const InfoField& field = info_fields()[i];
    INFO(field.name);
    CHECK(rows[i] == std::vector<std::string>{"", std::to_string(field.position),
                                              "`" + std::string(field.name) + "`",
                                              std::string(field.help), ""});
  }
}

}  // namespace
}  // namespace hawser
