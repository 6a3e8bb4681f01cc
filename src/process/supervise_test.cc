// SPDX-License-Identifier: MIT
#include "process/supervise.h"

#include "base/testing.h"

namespace hawser {
namespace {

using namespace std::chrono_literals;

int64_t at(Millis time) { return std::chrono::nanoseconds(time).count(); }

TEST_CASE("the first restart is at once, the next ones wait longer and longer") {
  RestartPacer pacer;
  CHECK(pacer.is_at_once(1ms));
  CHECK(pacer.pause_after(1ms) == 0ms);
  CHECK_FALSE(pacer.is_at_once(1ms));
  CHECK(pacer.is_at_once(500ms));
  CHECK(pacer.pause_after(1ms) == 100ms);
  CHECK(pacer.pause_after(1ms) == 200ms);
  CHECK(pacer.pause_after(1ms) == 400ms);
  CHECK(pacer.pause_after(1ms) == 800ms);
  CHECK(pacer.pause_after(1ms) == 1600ms);
  CHECK(pacer.pause_after(1ms) == 3200ms);
  CHECK(pacer.pause_after(1ms) == 6400ms);
  CHECK(pacer.pause_after(1ms) == 10'000ms);
  CHECK(pacer.pause_after(1ms) == 10'000ms);
}

TEST_CASE("a process that lived for half a second is restarted at once again") {
  RestartPacer pacer;
  pacer.pause_after(1ms);
  pacer.pause_after(499ms);
  CHECK(pacer.pause_after(499ms) == 200ms);
  CHECK(pacer.pause_after(500ms) == 0ms);
  CHECK(pacer.pause_after(1ms) == 100ms);
}

TEST_CASE("a heartbeat grows stale, then its process counts as hung") {
  HangJudge judge(5s, at(0ms));
  for (Millis now = 100ms; now <= 10s; now += 100ms) {
    judge.tick(at(now));
    INFO(now.count() << " ms");
    CHECK(judge.is_stale(at(1s)) == (now > 1500ms));
    CHECK(judge.is_hung(at(1s), false) == (now > 6s));
    CHECK_FALSE(judge.is_hung(at(1s), true));
    CHECK_FALSE(judge.is_stale(at(now)));
  }
}

TEST_CASE("a process that starts has more time, but not for ever") {
  HangJudge judge(5s, at(0ms));
  for (Millis now = 100ms; now <= 31s; now += 100ms) judge.tick(at(now));
  CHECK(judge.is_hung(at(0ms), true));
}

TEST_CASE("a watcher that was stopped blames nobody for the time it missed") {
  HangJudge judge(5s, at(0ms));
  judge.tick(at(100ms));
  judge.tick(at(60s));
  CHECK_FALSE(judge.is_stale(at(90ms)));
  CHECK_FALSE(judge.is_hung(at(90ms), false));
  for (Millis now = 60s; now <= 66s; now += 100ms) judge.tick(at(now));
  CHECK(judge.is_hung(at(90ms), false));
}

TEST_CASE("a limit of zero turns the verdict off") {
  HangJudge judge(0ms, at(0ms));
  for (Millis now = 100ms; now <= 60s; now += 100ms) judge.tick(at(now));
  CHECK(judge.is_stale(at(0ms)));
  CHECK_FALSE(judge.is_hung(at(0ms), false));
}

}  // namespace
}  // namespace hawser
