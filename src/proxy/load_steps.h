// SPDX-License-Identifier: MIT
// How a worker changes loads: every shared number has this worker's own part beside it, so that the
// master can take back what a dead worker held.
#pragma once

#include <atomic>
#include <cstdint>

namespace hawser {

// A gauge with one writer: this worker.
inline void shift(std::atomic<uint32_t>& gauge, int change) {
  gauge.store(gauge.load(std::memory_order_relaxed) + static_cast<uint32_t>(change),
              std::memory_order_relaxed);
}

inline void raise_to(std::atomic<uint32_t>& maximum, uint32_t value) {
  uint32_t seen = maximum.load(std::memory_order_relaxed);
  while (seen < value && !maximum.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
  }
}

// Adds one, unless the total would exceed the limit even for a moment. Returns what it is now; 0:
// the limit is reached. UINT32_MAX: there is none. Whoever finds no room makes known that it waits
// and looks again, while whoever makes room looks afterwards for those that wait: one of the two
// sees the other only because the looks, here as there, are in the one order that all processes
// agree on.
inline uint32_t add_within(std::atomic<uint32_t>& total, uint32_t limit) {
  if (limit == UINT32_MAX) return total.fetch_add(1) + 1;
  uint32_t now = total.load();
  do {
    if (now >= limit) return 0;
  } while (!total.compare_exchange_weak(now, now + 1));
  return now + 1;
}

}  // namespace hawser
