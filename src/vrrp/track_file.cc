// SPDX-License-Identifier: MIT
// track-file: what a file says. Its number times the weight moves the priority.
#include "vrrp/tracker.h"

namespace hawser {
namespace {

constexpr TrackOption kOptions[] = {kTrackWeight, kTrackReverse};

constexpr TrackerType kTypes[] = {
    {.name = "file",
     .writer = TrackWriter::kControl,
     .take_subject = take_track_path,
     .options = kOptions,
     .by_value = true},
};
HW_REGISTER(TrackerType, kTypes);

constexpr Keyword kRows[] = {
    {.name = "track-file",
     .sections = kInTracking,
     .parse = [](KeywordCall& call) { return add_track(call, kTypes[0]); },
     .args = "<path> [weight <weight>] [reverse]",
     .summary = "is down while the file holds another number than 0"},
};
HW_REGISTER(Keyword, kRows);

}  // namespace
}  // namespace hawser
