// SPDX-License-Identifier: MIT
// track-interface: whether another interface than the instance's own is up and has carrier.
#include <fmt/format.h>

#include "vrrp/track_view.h"
#include "vrrp/tracker.h"

namespace hawser {
namespace {

Sighting look(const TrackConfig& track, const TrackView& view) {
  const Link* link = view.monitor.find(track.subject);
  if (link != nullptr && link->usable) return {.state = Sighting::State::kUp};
  return {.state = Sighting::State::kDown,
          .why = fmt::format("interface {} is {}", track.subject,
                             link == nullptr ? "missing" : "down")};
}

constexpr TrackOption kOptions[] = {kTrackWeight, kTrackReverse};

constexpr TrackerType kTypes[] = {
    {.name = "interface", .look = look, .take_subject = take_track_interface, .options = kOptions},
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
