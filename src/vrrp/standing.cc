// SPDX-License-Identifier: MIT
#include "vrrp/standing.h"

#include <algorithm>

namespace hawser {
namespace {

constexpr uint8_t kOwner = 255;
constexpr int kFileFault = -253;  // a tracked file below it: the router shall not run at all

using State = Sighting::State;

// What a tracker with a weight adds to the priority.
int share_of(const TrackConfig& track, const Sighting& sighting) {
  if (sighting.state == State::kUnknown) return 0;
  if (sighting.value) return *sighting.value * (track.reverse ? -track.weight : track.weight);
  const bool up = (sighting.state == State::kUp) != track.reverse;
  if (track.weight > 0) return up ? track.weight : 0;
  return up ? 0 : track.weight;
}

}  // namespace

Standing stand(uint8_t base_priority, std::span<const Tracked> tracked) {
  Standing standing;
  int priority = base_priority;
  const auto hold = [&standing](bool& flag, const Sighting& sighting) {
    flag = true;
    if (standing.why.empty()) standing.why = sighting.why;
  };
  for (const auto& [track, sighting] : tracked) {
    if (track->weight != 0) {
      const int share = share_of(*track, sighting);
      if (sighting.value && share < kFileFault) hold(standing.fault, sighting);
      priority += share;
    } else if (sighting.state == State::kDown) {
      hold(standing.fault, sighting);
    } else if (sighting.state == State::kUnknown) {
      hold(standing.pending, sighting);
    }
  }
  standing.priority =
      base_priority == kOwner ? kOwner : static_cast<uint8_t>(std::clamp(priority, 1, 254));
  return standing;
}

}  // namespace hawser
