// SPDX-License-Identifier: MIT
#include "check/schedule.h"

#include "base/testing.h"

namespace hawser {
namespace {

TEST_CASE("the interval follows the certainty, and inter stands in for what is not given") {
  ServerSettings server;
  server.inter = Millis(2000);
  CHECK(check_interval(server, Certainty::kUp) == Millis(2000));
  CHECK(check_interval(server, Certainty::kTransition) == Millis(2000));
  CHECK(check_interval(server, Certainty::kDown) == Millis(2000));
  server.fastinter = Millis(500);
  server.downinter = Millis(5000);
  CHECK(check_interval(server, Certainty::kUp) == Millis(2000));
  CHECK(check_interval(server, Certainty::kTransition) == Millis(500));
  CHECK(check_interval(server, Certainty::kDown) == Millis(5000));
}

TEST_CASE("spread-checks moves an interval by at most its percentage, both ways") {
  CHECK(spread(Millis(2000), 0, 0.9) == Millis(2000));
  CHECK(spread(Millis(2000), 50, 0.0) == Millis(1000));
  CHECK(spread(Millis(2000), 50, 0.5) == Millis(2000));
  CHECK(spread(Millis(2000), 50, 1.0) == Millis(3000));
  CHECK(spread(Millis(1), 50, 0.0) == Millis(1));
}

TEST_CASE("first checks are dealt out over the shortest interval, max-spread-checks at most") {
  CHECK(first_delay(0, 4, Millis(200), Millis(0)) == Millis(0));
  CHECK(first_delay(1, 4, Millis(200), Millis(0)) == Millis(50));
  CHECK(first_delay(3, 4, Millis(200), Millis(0)) == Millis(150));
  CHECK(first_delay(3, 4, Millis(60'000), Millis(1000)) == Millis(750));
  CHECK(first_delay(3, 4, Millis(200), Millis(1000)) == Millis(150));
  CHECK(first_delay(99'999, 100'000, Millis(2'147'483'647), Millis(0)) == Millis(2'147'462'172));
}

TEST_CASE("inter is the whole limit of an attempt unless timeout check is set") {
  ProxyConfig backend;
  ServerSettings server;
  server.inter = Millis(1000);
  const auto set = [&backend](Timeout which, int64_t ms) {
    backend.timeouts[static_cast<size_t>(which)] = Millis(ms);
  };
  const auto limits = [&] {
    const CheckTimeouts found = check_timeouts(backend, server);
    return std::pair(found.connect.count(), found.answer.count());
  };
  CHECK(limits() == std::pair<int64_t, int64_t>(1000, 0));
  set(Timeout::kConnect, 500);
  CHECK(limits() == std::pair<int64_t, int64_t>(1000, 0));
  set(Timeout::kCheck, 300);
  CHECK(limits() == std::pair<int64_t, int64_t>(500, 300));
  set(Timeout::kConnect, 5000);
  CHECK(limits() == std::pair<int64_t, int64_t>(1000, 300));
  set(Timeout::kConnect, 0);
  CHECK(limits() == std::pair<int64_t, int64_t>(1000, 300));
}

TEST_CASE("slow start climbs in sixteenths and ends on time") {
  struct Row {
    int64_t elapsed_ms;
    uint32_t sixteenths;
    int64_t next_ms;
  };
  for (const Row& row :
       {Row{0, 1, 250}, Row{249, 1, 250}, Row{250, 2, 500}, Row{1000, 5, 1250}, Row{3749, 15, 3750},
        Row{3750, 16, 4000}, Row{4000, 16, 0}, Row{9000, 16, 0}}) {
    INFO(row.elapsed_ms << " ms of 4 s");
    CHECK(slowstart_sixteenths(row.elapsed_ms, Millis(4000)) == row.sixteenths);
    CHECK(slowstart_next_ms(row.elapsed_ms, Millis(4000)) == row.next_ms);
  }
}

TEST_CASE("slow start takes every step once, also where a sixteenth is no whole millisecond") {
  int64_t at_ms = 0;
  uint32_t steps = 0;
  for (; at_ms < 1003; ++steps) {
    CHECK(slowstart_sixteenths(at_ms, Millis(1003)) == steps + 1);
    at_ms = slowstart_next_ms(at_ms, Millis(1003));
  }
  CHECK(steps == 16);
  CHECK(at_ms == 1003);
}

}  // namespace
}  // namespace hawser
