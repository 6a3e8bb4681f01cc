// SPDX-License-Identifier: MIT
#include "check/verdict.h"

#include "base/testing.h"

namespace hawser {
namespace {

// Feeds answers, P for a pass and F for a failure, and shows what came out after each: the state's
// first letter and the streak.
std::string feed(Verdict verdict, const VerdictRules& rules, std::string_view answers) {
  std::string trace;
  for (const char answer : answers) {
    verdict = after_answer(verdict, rules, answer == 'P');
    if (!trace.empty()) trace += ' ';
    trace += verdict.health == ServerHealth::kDown ? 'D' : 'U';
    trace += std::to_string(verdict.streak);
  }
  return trace;
}

TEST_CASE("a server is out after `fall` bad answers in a row and back after `rise` good ones") {
  const VerdictRules rules{.rise = 3, .fall = 2};
  const Verdict up = certain(ServerHealth::kUp, rules), down = certain(ServerHealth::kDown, rules);
  CHECK(feed(up, rules, "F") == "U3");
  CHECK(feed(up, rules, "FF") == "U3 D0");
  CHECK(feed(up, rules, "FPF") == "U3 U4 U3");
  CHECK(feed(down, rules, "PPP") == "D1 D2 U4");
  CHECK(feed(down, rules, "PPFPPP") == "D1 D2 D0 D1 D2 U4");
  CHECK(feed(down, rules, "FFF") == "D0 D0 D0");
}

TEST_CASE("rise 1 and fall 1 follow every answer") {
  const VerdictRules rules{.rise = 1, .fall = 1};
  CHECK(feed(certain(ServerHealth::kUp, rules), rules, "PFPF") == "U1 D0 U1 D0");
}

TEST_CASE("a server on probation is judged by the first answer") {
  const VerdictRules rules{.rise = 2, .fall = 3};
  CHECK(feed(on_probation(rules), rules, "P") == "U4");
  CHECK(feed(on_probation(rules), rules, "F") == "D0");
}

TEST_CASE("a stopping server stays so while it fails, and a pass brings it back") {
  const VerdictRules rules{.rise = 2, .fall = 3};
  const Verdict stopping = certain(ServerHealth::kStopping, rules);
  CHECK(after_answer(stopping, rules, false) == Verdict{ServerHealth::kStopping, 3});
  CHECK(after_answer(stopping, rules, true) == Verdict{ServerHealth::kUp, 4});
}

TEST_CASE("only the two ends of the count are certain") {
  const VerdictRules rules{.rise = 2, .fall = 3};
  CHECK(certainty_of({ServerHealth::kDown, 0}, rules) == Certainty::kDown);
  CHECK(certainty_of({ServerHealth::kDown, 1}, rules) == Certainty::kTransition);
  CHECK(certainty_of({ServerHealth::kUp, 2}, rules) == Certainty::kTransition);
  CHECK(certainty_of({ServerHealth::kUp, 3}, rules) == Certainty::kTransition);
  CHECK(certainty_of({ServerHealth::kUp, 4}, rules) == Certainty::kUp);
}

TEST_CASE("progress is told as HAProxy tells it") {
  const VerdictRules rules{.rise = 3, .fall = 2};
  CHECK(progress_text({ServerHealth::kUp, 4}, rules) == "2/2 UP");
  CHECK(progress_text({ServerHealth::kUp, 3}, rules) == "1/2 UP");
  CHECK(progress_text({ServerHealth::kDown, 2}, rules) == "2/3 DOWN");
  CHECK(progress_text({ServerHealth::kDown, 0}, rules) == "0/3 DOWN");
}

}  // namespace
}  // namespace hawser
