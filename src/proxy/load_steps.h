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

}  // namespace hawser
