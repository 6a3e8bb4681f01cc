// SPDX-License-Identifier: MIT
#include "config/diag.h"

#include "base/testing.h"

namespace hawser {
namespace {

TEST_CASE("a diagnostic shows where, what, and what to do") {
  Diag diag;
  const uint16_t file = diag.add_file("site.cfg", "frontend web\n\tmode htp # 中文\r\n");
  constexpr std::string_view kModes[] = {"tcp", "http"};
  diag.error({2, file, 7}, "unknown <mode> 'htp'", 3).hint_nearest("htp", kModes);
  CHECK(diag.render() ==
        "site.cfg:2:7: error: unknown <mode> 'htp'\n"
        "    2 | \tmode htp # 中文\n"
        "      | \t     ^~~\n"
        "   hint: did you mean 'http'?\n");
  CHECK(diag.summary() == "1 error; nothing was changed\n");
  CHECK(diag.place({2, file, 7}) == "site.cfg:2");
}

TEST_CASE("diagnostics are printed in order of position") {
  Diag diag;
  const uint16_t one = diag.add_file("1", "a\nb\n");
  const uint16_t two = diag.add_file("2", "c\n");
  diag.error({1, two, 1}, "C");
  diag.warning({2, one, 1}, "B");
  diag.notice({1, one, 1}, "A");
  diag.error({0, two, 0}, "cannot be read");
  CHECK(diag.render() ==
        "1:1:1: notice: A\n    1 | a\n      | ^\n"
        "1:2:1: warning: B\n    2 | b\n      | ^\n"
        "2: error: cannot be read\n"
        "2:1:1: error: C\n    1 | c\n      | ^\n");
  CHECK(diag.summary() == "2 errors, 1 warning; nothing was changed\n");
}

TEST_CASE("without errors the summary is about warnings, or empty") {
  Diag diag;
  diag.add_file("f", "x\n");
  CHECK(diag.summary().empty());
  diag.warning({1, 0, 1}, "a");
  diag.warning({1, 0, 1}, "b");
  CHECK(diag.summary() == "2 warnings\n");
}

TEST_CASE("what was said of a place is not said of it again") {
  Diag diag;
  diag.add_file("f", "x\n");
  diag.error({1, 0, 1}, "a").with_hint("first");
  diag.error({1, 0, 1}, "a").with_hint("second");
  diag.error({2, 0, 1}, "a");
  diag.warning({1, 0, 1}, "a");
  CHECK(diag.all().size() == 3);
  CHECK(diag.all().front().hint == "second");
  CHECK(diag.summary() == "2 errors, 1 warning; nothing was changed\n");
}

TEST_CASE("a mark behind the end of a line, and over UTF-8, stands right") {
  Diag diag;
  diag.add_file("f", "ab 中文字 x\n");
  diag.error({1, 0, 4}, "here", 9);
  CHECK(diag.render() == "f:1:4: error: here\n    1 | ab 中文字 x\n      |    ^~~\n");
  Diag past;
  past.add_file("f", "ab");
  past.error({1, 0, 9}, "here", 2);
  CHECK(past.render() == "f:1:9: error: here\n    1 | ab\n      |   ^\n");
}

TEST_CASE("long lines are cut around the mark, and control characters do not reach a terminal") {
  Diag diag;
  const std::string line = std::string(300, 'a') + "bad" + std::string(300, 'c') + "\n";
  diag.add_file("f", line);
  diag.error({1, 0, 301}, "here\x1b[2J", 3);
  CHECK(diag.render() == "f:1:301: error: here?[2J\n    1 | ..." + std::string(60, 'a') + "bad" +
                             std::string(57, 'c') + "...\n      |    " + std::string(60, ' ') +
                             "^~~\n");
}

}  // namespace
}  // namespace hawser
