// SPDX-License-Identifier: MIT
// track-frontend: whether a frontend listens.
#include "vrrp/tracked_proxy.h"
#include "vrrp/tracker.h"

namespace hawser {
namespace {

void find_frontend(Config& config, TrackConfig& track, Diag& diag) {
  find_tracked_proxy(config, track, "frontend", has_frontend, diag);
}

constexpr TrackOption kOptions[] = {kTrackWeight, kTrackReverse};

constexpr TrackerType kTypes[] = {
    {.name = "frontend",
     .take_subject = take_track_name,
     .options = kOptions,
     .resolve = find_frontend},
};
HW_REGISTER(TrackerType, kTypes);

constexpr Keyword kRows[] = {
    {.name = "track-frontend",
     .sections = kInTracking,
     .parse = [](KeywordCall& call) { return add_track(call, kTypes[0]); },
     .args = "<frontend> [weight <weight>] [reverse]",
     .summary = "is down while the frontend does not accept connections"},
};
HW_REGISTER(Keyword, kRows);

}  // namespace
}  // namespace hawser
