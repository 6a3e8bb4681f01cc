// SPDX-License-Identifier: MIT
// track-frontend: whether a frontend listens.
#include <fmt/format.h>

#include "vrrp/track_view.h"
#include "vrrp/tracked_proxy.h"
#include "vrrp/tracker.h"

namespace hawser {
namespace {

void find_frontend(Config& config, TrackConfig& track, Diag& diag) {
  find_tracked_proxy(config, track, "frontend", has_frontend, diag);
}

Sighting look(const TrackConfig& track, const TrackView& view) {
  const ProxyConfig& frontend = *view.config.proxies[track.index];
  const bool stopping = view.shared.header().stopping.load(std::memory_order_relaxed) != 0;
  // Nor does one that was paused or stopped at run time.
  const bool open =
      view.shared.frontend_state(track.index).standing.load() == FrontendStanding::kOpen;
  if (open && !stopping && !frontend.disabled) return {.state = Sighting::State::kUp};
  return {.state = Sighting::State::kDown,
          .why = fmt::format("frontend {} accepts no connections", frontend.name)};
}

constexpr TrackOption kOptions[] = {kTrackWeight, kTrackReverse};

constexpr TrackerType kTypes[] = {
    {.name = "frontend",
     .look = look,
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
