// SPDX-License-Identifier: MIT
#include "shm/counters.h"

#include "base/testing.h"

namespace hawser {
namespace {

TEST_CASE("a rate falls below a limit when it says so, and not a millisecond earlier") {
  using Seconds = RateCounter::Seconds;
  const uint64_t limit = GENERATE(1, 2, 3, 7, 1000, 100'000);
  const uint64_t current = GENERATE(0, 1, 2, 6, 7, 999, 250'000);
  const uint64_t previous = GENERATE(0, 1, 2, 8, 1000, 300'000);
  const int64_t ms = GENERATE(0, 1, 499, 998, 999);
  const Seconds now{current, previous};
  const auto rate_after = [&](int64_t wait_ms) {
    const int64_t at = ms + wait_ms;
    if (at < 1000) return now.rate(at);
    return at < 2000 ? Seconds{0, current}.rate(at - 1000) : Seconds{}.rate(at - 2000);
  };
  const int64_t wait_ms = now.wait_ms(ms, limit);
  CAPTURE(limit, current, previous, ms, wait_ms);
  CHECK(rate_after(wait_ms) < limit);
  if (wait_ms > 0) CHECK(rate_after(wait_ms - 1) >= limit);
}

TEST_CASE("a rate fades the last second out while this one fills") {
  RateCounter rate{};
  rate.add(10'000, 100);
  CHECK(rate.rate(10'500) == 100);
  CHECK(rate.rate(11'000) == 100);
  CHECK(rate.rate(11'250) == 75);
  rate.add(11'500, 20);
  CHECK(rate.rate(11'500) == 70);
  CHECK(rate.rate(13'000) == 0);
}

TEST_CASE("a rate forgets seconds without events") {
  RateCounter rate{};
  rate.add(10'000, 100);
  rate.add(15'000, 3);
  CHECK(rate.rate(15'000) == 3);
}

TEST_CASE("one event a second does not flicker") {
  RateCounter rate{};
  rate.add(10'900);
  CHECK(rate.rate(11'900) == 1);
}

TEST_CASE("an average is exact for the first samples") {
  TimeAverage average{};
  CHECK(average.average() == 0);
  average.add(10);
  average.add(20);
  CHECK(average.average() == 15);
  CHECK(average.max() == 20);
  CHECK(average.count() == 2);
}

TEST_CASE("an average follows a change and keeps its highest value") {
  TimeAverage average{};
  for (int i = 0; i < 2000; ++i) average.add(100);
  CHECK(average.average() == 100);
  for (int i = 0; i < 20'000; ++i) average.add(7);
  CHECK(average.average() == 7);
  CHECK(average.max() == 100);
  average.reset();
  CHECK(average.average() == 0);
  CHECK(average.max() == 0);
}

TEST_CASE("the last whole second is known until another one has passed") {
  RateCounter rate{};
  rate.add(5'000, 3);
  rate.add(5'900, 4);
  CHECK(rate.whole_second(5'999) == 0);
  CHECK(rate.whole_second(6'000) == 7);
  rate.add(6'500);
  CHECK(rate.whole_second(6'999) == 7);
  CHECK(rate.whole_second(7'000) == 1);
  CHECK(rate.whole_second(8'000) == 0);
}

}  // namespace
}  // namespace hawser
