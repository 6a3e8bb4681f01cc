// SPDX-License-Identifier: MIT
// track-process: whether enough processes of a name run.
#include "vrrp/tracker.h"

namespace hawser {
namespace {

bool take_delay(Args& args, TrackConfig& track) {
  const auto delay = args.take_duration("<time>", std::chrono::seconds(1));
  if (!delay) return false;
  track.delay = *delay;
  return true;
}

constexpr TrackOption kOptions[] = {
    kTrackWeight, kTrackReverse, {"quorum", take_at_least}, {"delay", take_delay}};

constexpr TrackerType kTypes[] = {
    {.name = "process",
     .writer = TrackWriter::kControl,
     .take_subject = take_track_name,
     .options = kOptions},
};
HW_REGISTER(TrackerType, kTypes);

constexpr Keyword kRows[] = {
    {.name = "track-process",
     .sections = kInTracking,
     .parse = [](KeywordCall& call) { return add_track(call, kTypes[0]); },
     .args = "<name> [weight <weight>] [reverse] [quorum <count>] [delay <time>]",
     .summary = "is down while fewer processes of that name run"},
};
HW_REGISTER(Keyword, kRows);

}  // namespace
}  // namespace hawser
