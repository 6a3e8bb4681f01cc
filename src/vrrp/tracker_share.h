// SPDX-License-Identifier: MIT
// What a tracker makes of a priority, and how it stands, for those who show it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/model.h"
#include "shm/vrrp_state.h"

namespace hawser {

// The `track-…` lines that count for a section: its own, and those of its group.
std::vector<const TrackConfig*> tracks_of(const Config& config, uint32_t section);

// What the tracker adds to the priority now; 0 also for one without weight.
int track_share(const TrackConfig& track, const TrackState& state);

// "track-script chk".
std::string track_name(const TrackConfig& track);
// "track-script chk down for 3m2s, weight -20: exit code 1 after 12 ms".
std::string track_line(const TrackConfig& track, const TrackState& state, int64_t now_ns);

}  // namespace hawser
