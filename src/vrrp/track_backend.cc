// SPDX-License-Identifier: MIT
// track-backend: whether enough servers of a backend are up.
#include <fmt/format.h>

#include "shm/server_state.h"
#include "vrrp/track_view.h"
#include "vrrp/tracked_proxy.h"
#include "vrrp/tracker.h"

namespace hawser {
namespace {

void find_backend(Config& config, TrackConfig& track, Diag& diag) {
  find_tracked_proxy(config, track, "backend", has_backend, diag);
  if (track.index == kNoIndex || config.proxies[track.index]->incomplete) return;
  const size_t servers = config.proxies[track.index]->servers.size();
  if (track.at_least <= servers) return;
  diag.error(track.pos,
             fmt::format("backend '{}' has {} server{}, so {} can never be up", track.subject,
                         servers, servers == 1 ? "" : "s", track.at_least));
}

Sighting look(const TrackConfig& track, const TrackView& view) {
  const uint32_t first = view.config.first_server[track.index];
  const auto& servers = view.config.proxies[track.index]->servers;
  uint32_t up = 0;
  for (uint32_t i = 0; i < servers.size(); ++i) {
    up += is_usable(health_of(view.shared.server_state(first + i))) ? 1 : 0;
  }
  if (up >= track.at_least) return {.state = Sighting::State::kUp};
  return {.state = Sighting::State::kDown,
          .why = fmt::format("backend {} has {} of {} needed servers", track.subject, up,
                             track.at_least)};
}

constexpr TrackOption kOptions[] = {{"min-up", take_at_least}, kTrackWeight, kTrackReverse};

constexpr TrackerType kTypes[] = {
    {.name = "backend",
     .look = look,
     .take_subject = take_track_name,
     .options = kOptions,
     .resolve = find_backend},
};
HW_REGISTER(TrackerType, kTypes);

constexpr Keyword kRows[] = {
    {.name = "track-backend",
     .sections = kInTracking,
     .parse = [](KeywordCall& call) { return add_track(call, kTypes[0]); },
     .args = "<backend> [min-up <count>] [weight <weight>] [reverse]",
     .summary = "is down while fewer servers of the backend are up"},
};
HW_REGISTER(Keyword, kRows);

}  // namespace
}  // namespace hawser
