// SPDX-License-Identifier: MIT
#include "loop/loop.h"

#include "base/testing.h"
#include "loop/watch.h"

namespace hawser {
namespace {

TEST_CASE("timers fire in a loop that has nothing else to do") {
  Loop loop;
  bool fired = false;
  Timer timer(loop, [&] {
    fired = true;
    loop.stop();
  });
  timer.start(Millis(5));
  int64_t turns = 0;
  loop.add_turn_hook([&](int64_t) {
    if (++turns > 1000) loop.stop();
    return INT64_MAX;
  });
  loop.run();
  CHECK(fired);
}

TEST_CASE("timers fire in a loop that is always woken before they are due") {
  Loop loop;
  bool fired = false;
  Timer timer(loop, [&] {
    fired = true;
    loop.stop();
  });
  timer.start(Millis(20));
  const int64_t end_ms = loop.now_ms() + 5000;
  loop.add_turn_hook([&](int64_t now_ms) {
    if (now_ms > end_ms) loop.stop();
    return now_ms + 1;
  });
  loop.run();
  CHECK(fired);
}

}  // namespace
}  // namespace hawser
