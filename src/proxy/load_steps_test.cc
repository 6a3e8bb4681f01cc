// SPDX-License-Identifier: MIT
#include "proxy/load_steps.h"

#include <thread>

#include "base/testing.h"

using namespace hawser;

TEST_CASE("what has a limit grows up to it") {
  std::atomic<uint32_t> total = 0;
  CHECK(add_within(total, 2) == 1);
  CHECK(add_within(total, 2) == 2);
  CHECK(add_within(total, 2) == 0);
  CHECK(total == 2);
  CHECK(add_within(total, UINT32_MAX) == 3);
  CHECK(add_within(total, 2) == 0);
}

// Whoever is refused leaves no trace: one that left meanwhile would believe the place still taken.
TEST_CASE("nobody ever sees more than the limit") {
  std::atomic<uint32_t> total = 0;
  std::atomic<bool> exceeded = false;
  const auto come_and_go = [&] {
    for (int i = 0; i < 50'000; ++i) {
      if (add_within(total, 1) == 0) continue;
      if (total.load() > 1) exceeded = true;
      total.fetch_sub(1);
    }
  };
  std::thread other(come_and_go);
  come_and_go();
  other.join();
  CHECK_FALSE(exceeded);
  CHECK(total == 0);
}
