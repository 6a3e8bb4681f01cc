// SPDX-License-Identifier: MIT
// Repairs what a worker's death may leave behind in the shared loads.
#pragma once

#include <cstdint>
#include <vector>

#include "shm/shared.h"

namespace hawser {

// A worker counts in two places: in the load that all share, and in its own gauge. When it dies
// between the two stores, Shared::take_back() subtracts one too many or one too few, and a server
// would seem busier, or less busy, for ever. So after a death the master compares every load with
// the sum of its gauges. Living workers are now and then between their two stores as well: only a
// difference that stays the same over several looks is repaired.
class LoadAudit {
 public:
  explicit LoadAudit(Shared& shared);

  // A worker has died, and its share was taken back.
  void begin() { looks_left_ = kLooks; }

  // To be called some milliseconds apart; costs nothing unless a death was a few looks ago. Returns
  // how many loads were repaired.
  uint32_t look();

 private:
  static constexpr int kLooks = 10;
  static constexpr uint8_t kSameToRepair = 3;
  struct Difference {
    int32_t value = 0;
    uint8_t seen = 0;  // times in a row
  };
  template <class Gauge>
  bool compare(std::atomic<uint32_t>& load, Gauge gauge);

  Shared& shared_;
  int looks_left_ = 0;
  size_t next_ = 0;                      // the load that is compared
  std::vector<Difference> differences_;  // empty unless an audit goes on
};

}  // namespace hawser
