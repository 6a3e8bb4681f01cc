// SPDX-License-Identifier: MIT
// track-interface: whether another interface than the instance's own is up and has carrier.
#include "vrrp/tracker.h"

namespace hawser {
namespace {

constexpr TrackOption kOptions[] = {kTrackWeight, kTrackReverse};

constexpr TrackerType kTypes[] = {
    {.name = "interface", .take_subject = take_track_interface, .options = kOptions},
};
HW_REGISTER(TrackerType, kTypes);

constexpr Keyword kRows[] = {
    {.name = "track-interface",
     .sections = kInTracking,
     .parse = [](KeywordCall& call) { return add_track(call, kTypes[0]); },
     .args = "<interface> [weight <weight>] [reverse]",
     .summary = "is down while the interface is missing, down or without carrier"},
};
HW_REGISTER(Keyword, kRows);

}  // namespace
}  // namespace hawser
