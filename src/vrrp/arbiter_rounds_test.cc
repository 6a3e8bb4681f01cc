// SPDX-License-Identifier: MIT
#include "vrrp/arbiter_rounds.h"

#include "base/testing.h"
#include "vrrp/testing.h"

namespace hawser::vrrp {
namespace {

using State = ArbiterRounds::State;
using Verdict = ArbiterRounds::Verdict;

constexpr ArbiterSettings kSettings = {
    .interval_ns = kSecond, .timeout_ns = kSecond / 2, .rise = 2, .fall = 3};

struct Asked {
  explicit Asked(const ArbiterSettings& settings = kSettings) : rounds(settings) {}
  // To the begin of the next round, whose request leaves.
  uint16_t begin_round() {
    while (!rounds.pass(now)) now = rounds.due_ns();
    return rounds.ask(now);
  }
  void answer_round() { CHECK(rounds.answered(begin_round(), now += kMs)); }
  void lose_round() {
    begin_round();
    now = rounds.due_ns();
    CHECK_FALSE(rounds.pass(now));
  }

  ArbiterRounds rounds;
  int64_t now = 100 * kSecond;
};

TEST_CASE("an arbiter is asked once an interval", "[vrrp]") {
  Asked test;
  CHECK(test.rounds.pass(test.now));
  const uint16_t first = test.rounds.ask(test.now);
  CHECK_FALSE(test.rounds.pass(test.now));
  CHECK(test.rounds.due_ns() == test.now + kSecond / 2);
  CHECK(test.rounds.answered(first, test.now + kMs));
  CHECK(test.rounds.round_trip_ns() == kMs);
  CHECK(test.rounds.due_ns() == test.now + kSecond);
  CHECK_FALSE(test.rounds.pass(test.now + kSecond - 1));
  CHECK(test.rounds.pass(test.now + kSecond));
}

TEST_CASE("it takes fall lost rounds, and rise answered ones, to change what is thought of it",
          "[vrrp]") {
  Asked test;
  CHECK(test.rounds.state() == State::kUnknown);
  test.answer_round();
  CHECK(test.rounds.state() == State::kAnswers);
  test.lose_round();
  test.lose_round();
  test.answer_round();
  test.lose_round();
  test.lose_round();
  CHECK(test.rounds.state() == State::kAnswers);
  test.lose_round();
  CHECK(test.rounds.state() == State::kSilent);
  CHECK(test.rounds.since_ns() == test.now);
  test.answer_round();
  CHECK(test.rounds.state() == State::kSilent);
  test.answer_round();
  CHECK(test.rounds.state() == State::kAnswers);
}

TEST_CASE("one that never answers is silent, too", "[vrrp]") {
  Asked test;
  for (int i = 0; i < 3; ++i) test.lose_round();
  CHECK(test.rounds.state() == State::kSilent);
}

TEST_CASE("an answer that is late, repeated or of nobody is none", "[vrrp]") {
  Asked test;
  const uint16_t late = test.begin_round();
  test.now += kSecond / 2;
  CHECK_FALSE(test.rounds.pass(test.now));
  CHECK(test.rounds.answered(late, test.now));
  CHECK(test.rounds.state() == State::kUnknown);
  CHECK_FALSE(test.rounds.answered(late, test.now));
  CHECK_FALSE(test.rounds.answered(static_cast<uint16_t>(late + 1), test.now));
  CHECK_FALSE(test.rounds.answered(static_cast<uint16_t>(late + 64), test.now));
}

TEST_CASE("only an answer to a request of now lets a backup become master", "[vrrp]") {
  Asked test;
  test.answer_round();
  // The peer has fallen silent, and its backup's time is up.
  test.now += 300 * kMs;
  const int64_t since = test.now;
  CHECK(test.rounds.judge(since, test.now) == Verdict::kAsk);
  const uint16_t request = test.rounds.ask(test.now);
  test.now += kMs;
  CHECK(test.rounds.judge(since, test.now) == Verdict::kWait);
  CHECK(test.rounds.answered(request, test.now));
  CHECK(test.rounds.judge(since, test.now) == Verdict::kMay);
}

TEST_CASE("a backup that gets no answer is isolated after the timeout, and asks on", "[vrrp]") {
  Asked test;
  test.answer_round();
  const int64_t since = test.now += kMs;
  int requests = 0;
  for (; test.now < since + kSecond / 2; test.now += 20 * kMs) {
    const Verdict verdict = test.rounds.judge(since, test.now);
    REQUIRE(verdict != Verdict::kIsolated);
    REQUIRE(verdict != Verdict::kMay);
    if (verdict == Verdict::kAsk) {
      test.rounds.ask(test.now);
      ++requests;
    }
  }
  CHECK(requests == 5);
  if (test.rounds.judge(since, test.now) == Verdict::kAsk) test.rounds.ask(test.now);
  CHECK(test.rounds.judge(since, test.now) == Verdict::kIsolated);
}

TEST_CASE("one that is known to be silent is not asked in between", "[vrrp]") {
  Asked test;
  for (int i = 0; i < 3; ++i) test.lose_round();
  CHECK(test.rounds.judge(test.now, test.now) == Verdict::kIsolated);
  // Back after `rise` rounds, of which the last was of this time.
  const int64_t since = test.now;
  test.answer_round();
  CHECK(test.rounds.judge(since, test.now) == Verdict::kIsolated);
  test.answer_round();
  CHECK(test.rounds.judge(since, test.now) == Verdict::kMay);
}

}  // namespace
}  // namespace hawser::vrrp
