// SPDX-License-Identifier: MIT
#include "loop/fine_timer.h"

#include <memory>
#include <vector>

#include "base/testing.h"

namespace hawser {
namespace {

constexpr int64_t kMs = 1'000'000;

TEST_CASE("a timer calls back after its time, with less than a millisecond's grain") {
  Loop loop;
  const int64_t due_ns = monotonic_ns() + 300'000;
  int64_t called_ns = 0;
  FineTimer timer(loop, [&] {
    called_ns = monotonic_ns();
    loop.stop();
  });
  timer.set(due_ns);
  loop.run();
  CHECK(called_ns >= due_ns);
}

TEST_CASE("a timer that is over calls back in the next turn") {
  Loop loop;
  int calls = 0;
  FineTimer timer(loop, [&] {
    ++calls;
    loop.stop();
  });
  timer.set(1);
  loop.run();
  CHECK(calls == 1);
}

TEST_CASE("setting a timer replaces the one before") {
  Loop loop;
  std::vector<int> order;
  FineTimer first(loop, [&] { order.push_back(1); });
  FineTimer second(loop, [&] {
    order.push_back(2);
    loop.stop();
  });
  const int64_t now_ns = monotonic_ns();
  first.set(now_ns + kMs);
  first.set(now_ns + 3600'000 * kMs);
  second.set(now_ns + 3 * kMs);
  loop.run();
  CHECK(order == std::vector{2});
}

TEST_CASE("a timer may be set again from its own callback") {
  Loop loop;
  int calls = 0;
  std::unique_ptr<FineTimer> timer;
  timer = std::make_unique<FineTimer>(loop, [&] {
    if (++calls == 3) return loop.stop();
    timer->set(monotonic_ns() + kMs / 10);
  });
  timer->set(monotonic_ns());
  loop.run();
  CHECK(calls == 3);
}

}  // namespace
}  // namespace hawser
