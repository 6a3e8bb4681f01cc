// SPDX-License-Identifier: MIT
// What the trackers of a virtual router add up to: its effective priority, or a fault. Arithmetic
// only.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "config/vrrp_model.h"

namespace hawser {

// What one tracker sees now.
struct Sighting {
  enum class State : uint8_t { kUnknown, kUp, kDown } state = State::kUnknown;
  // Of a tracked file: the number in it, which is multiplied by the weight.
  std::optional<int32_t> value = {};
  std::string why = {};  // when down or unknown, for the log
};

// A `track-…` line with what it sees.
struct Tracked {
  const TrackConfig* track;
  Sighting sighting;
};

struct Standing {
  uint8_t priority = 0;  // effective
  bool fault = false;    // a tracker without weight failed
  bool pending = false;  // one has not answered yet: stay out of the election until it has
  std::string why;       // of the first that faults, or holds the router back
};

// keepalived's rules: a positive weight is added while its tracker is up, a negative one counts
// while it is down (`reverse`: the other way round), the number in a file is multiplied by the
// weight; the sum is held within 1 … 254. An address owner (255) keeps its priority.
Standing stand(uint8_t base_priority, std::span<const Tracked> tracked);

}  // namespace hawser
