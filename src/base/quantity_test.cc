// SPDX-License-Identifier: MIT
#include "base/quantity.h"

#include "base/testing.h"

namespace hawser {
using namespace std::chrono_literals;

TEST_CASE("a duration has a unit, or the one that its keyword assumes") {
  CHECK(*parse_duration("5000", 1ms) == 5s);
  CHECK(*parse_duration("10s", 1ms) == 10s);
  CHECK(*parse_duration("1m", 1ms) == 60s);
  CHECK(*parse_duration("250us", 1ms) == 250us);
  CHECK(*parse_duration("2", 1s) == 2s);
}

TEST_CASE("a duration that is no duration says why") {
  CHECK(parse_duration("1.5s", 1ms).error().text == "'1.5s' has a fraction; use a smaller unit");
  CHECK(parse_duration("ten", 1ms).error().text == "'ten' does not start with a number");
  CHECK(parse_duration("5sec", 1ms).error().text ==
        "'5sec' has an unknown time unit; known are us, ms, s, m, h and d");
  CHECK(parse_duration("30d", 1ms).error().text ==
        "'30d' is too long; the longest time is 24 days");
}

TEST_CASE("sizes count in powers of 1024") {
  CHECK(*parse_size("16k") == 16384u);
  CHECK(*parse_size("2M") == 2u << 20);
  CHECK_FALSE(parse_size("1t"));
  CHECK_FALSE(parse_size("18014398509481984k"));
}

TEST_CASE("a duration prints as its two largest units") {
  CHECK(print_duration(0s) == "0s");
  CHECK(print_duration(65s) == "1m5s");
  CHECK(print_duration(25h) == "1d1h");
}

}  // namespace hawser
