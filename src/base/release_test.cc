// SPDX-License-Identifier: MIT
#include "base/release.h"

#include <fstream>

#include "base/testing.h"
#include "base/text.h"

namespace hawser {
namespace {

// The heading of this version: "## 1.2.3, 2027-01-31" or "## 1.2.3, not released".
std::string heading() {
  std::ifstream file(source_dir() + "/CHANGELOG.md");
  std::string line;
  while (std::getline(file, line) && !line.starts_with("## " HAWSER_VERSION ",")) {
  }
  return line;
}

TEST_CASE("the date of the release is the one in CHANGELOG.md") {
  const std::string line = heading();
  REQUIRE(!line.empty());
  std::string date = line.substr(line.find(',') + 2);
  if (date == "not released") date = "unreleased";
  std::replace(date.begin(), date.end(), '-', '/');
  CHECK(release_date() == date);
}

}  // namespace
}  // namespace hawser
