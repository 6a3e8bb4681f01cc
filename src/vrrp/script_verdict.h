// SPDX-License-Identifier: MIT
// When a check script counts as up or down: pure.
#pragma once

#include <cstdint>

namespace hawser {

// As TrackState::result has them.
enum class TrackResult : uint32_t { kUnknown = 0, kUp = 1, kDown = 2 };

class ScriptVerdict {
 public:
  ScriptVerdict(uint32_t rise, uint32_t fall, TrackResult known)
      : rise_(rise), fall_(fall), result_(known) {}

  // Takes the answer of one run in. The first one decides at once; from then on it takes `rise` or
  // `fall` equal ones in a row to change the result. true: it has changed.
  bool take(bool passed) {
    const TrackResult wanted = passed ? TrackResult::kUp : TrackResult::kDown;
    if (wanted == result_) {
      streak_ = 0;
      return false;
    }
    const uint32_t needed = result_ == TrackResult::kUnknown ? 1 : passed ? rise_ : fall_;
    if (++streak_ < needed) return false;
    result_ = wanted;
    streak_ = 0;
    return true;
  }

  TrackResult result() const { return result_; }

 private:
  uint32_t rise_, fall_;
  TrackResult result_;
  uint32_t streak_ = 0;  // answers in a row against the result
};

}  // namespace hawser
