// SPDX-License-Identifier: MIT
#include "loop/timer_wheel.h"

#include <vector>

#include "base/testing.h"

namespace hawser {
namespace {

std::vector<int> g_fired;

struct Alarm : WheelEntry {
  explicit Alarm(int n) : WheelEntry(on_fire), number(n) {}
  static void on_fire(WheelEntry& entry) { g_fired.push_back(static_cast<Alarm&>(entry).number); }
  int number;
};

}  // namespace

TEST_CASE("a deadline is kept to the millisecond, never early, however far away") {
  for (const int64_t distance :
       {1, 2, 63, 64, 65, 1000, 4095, 4096, 60'000, 3'600'000, 86'400'000}) {
    for (const int64_t start : {0LL, 1LL, 63LL, 4095LL, 123'456'789LL}) {
      INFO("start " << start << " distance " << distance);
      TimerWheel wheel(start);
      Alarm alarm(1);
      g_fired.clear();
      wheel.set(alarm, start + distance);
      // As a loop does: sleep until the wheel wants to be called.
      int64_t now = start;
      while (g_fired.empty()) {
        now = wheel.next_ms();
        REQUIRE(now <= start + distance);
        wheel.advance(now);
      }
      CHECK(now == start + distance);
    }
  }
}

TEST_CASE("a deadline that moves later fires once, at the later time") {
  TimerWheel wheel(0);
  Alarm alarm(1);
  g_fired.clear();
  wheel.set(alarm, 10);
  wheel.set(alarm, 500);
  wheel.advance(499);
  CHECK(g_fired.empty());
  wheel.advance(500);
  CHECK(g_fired == std::vector{1});
  CHECK_FALSE(alarm.is_set());
}

TEST_CASE("a deadline that moves earlier fires at the earlier time") {
  TimerWheel wheel(0);
  Alarm alarm(1);
  g_fired.clear();
  wheel.set(alarm, 50'000);
  wheel.set(alarm, 7);
  wheel.advance(7);
  CHECK(g_fired == std::vector{1});
}

TEST_CASE("a cleared or destroyed entry does not fire") {
  TimerWheel wheel(0);
  Alarm cleared(1);
  wheel.set(cleared, 5);
  cleared.clear();
  g_fired.clear();
  {
    Alarm gone(2);
    wheel.set(gone, 5);
  }
  wheel.advance(10);
  CHECK(g_fired.empty());
}

TEST_CASE("a long sleep fires everything that fell due") {
  TimerWheel wheel(0);
  Alarm a(1), b(2), c(3);
  g_fired.clear();
  wheel.set(a, 10);
  wheel.set(b, 5'000);
  wheel.set(c, 400'000);
  wheel.advance(300'000);
  CHECK(g_fired.size() == 2);
  wheel.advance(400'000);
  CHECK(g_fired.back() == 3);
}

}  // namespace hawser
