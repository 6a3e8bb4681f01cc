// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "shm/layout.h"

namespace hawser {

// How busy a server would be with one request more, as a fraction of its weight. Idle servers are
// all the same, whatever their weight.
struct Busy {
  uint64_t requests;  // 0: idle
  uint64_t weight;

  static Busy of(const ServerLoad& load, uint32_t weight) {
    const uint64_t now = uint64_t{load.served.load(std::memory_order_relaxed)} +
                         load.queued.load(std::memory_order_relaxed);
    return {now == 0 ? 0 : now + 1, weight};
  }
  // More than any server.
  static constexpr Busy utmost() { return {1, 0}; }

  bool operator<(const Busy& other) const {
    return requests * other.weight < other.requests * weight;
  }
};

}  // namespace hawser
