// SPDX-License-Identifier: MIT
#include "vrrp/script_verdict.h"

#include "base/testing.h"

namespace hawser {
namespace {

// P passes, F fails; the result after each.
std::string feed(ScriptVerdict verdict, std::string_view answers) {
  std::string results;
  for (const char answer : answers) {
    verdict.take(answer == 'P');
    results += "?ud"[static_cast<size_t>(verdict.result())];
  }
  return results;
}

TEST_CASE("the first answer decides, whatever rise and fall say") {
  CHECK(feed({3, 3, TrackResult::kUnknown}, "P") == "u");
  CHECK(feed({3, 3, TrackResult::kUnknown}, "F") == "d");
}

TEST_CASE("it takes `fall` failures in a row to go down, and `rise` successes to come back") {
  CHECK(feed({2, 3, TrackResult::kUp}, "FFPFFFPFPP") == "uuuuuddddu");
}

TEST_CASE("with init-fail, the first success is one of `rise`") {
  CHECK(feed({2, 1, TrackResult::kDown}, "PPF") == "dud");
}

}  // namespace
}  // namespace hawser
