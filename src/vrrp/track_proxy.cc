// SPDX-License-Identifier: MIT
// track-proxy: whether this program itself can serve. On unless it is switched off.
#include <algorithm>

#include "vrrp/resolve.h"
#include "vrrp/track_view.h"
#include "vrrp/tracker.h"

namespace hawser {
namespace {

bool take_deadline(Args& args, TrackConfig& track) {
  constexpr Millis kLeast{50};
  const auto deadline = args.take_duration("<time>");
  if (!deadline) return false;
  if (*deadline < kLeast) {
    args.error(fmt::format("a busy worker may be silent for {}ms; a deadline is no shorter",
                           kLeast.count()));
    return false;
  }
  track.delay = *deadline;
  return true;
}

constexpr TrackOption kOptions[] = {kTrackWeight, {"deadline", take_deadline}};

Sighting look(const TrackConfig& track, const TrackView& view) {
  Sighting seen;
  seen.why = view.proxy.sick(track.delay);
  if (view.proxy.is_starting()) return seen;
  seen.state = seen.why.empty() ? Sighting::State::kUp : Sighting::State::kDown;
  return seen;
}

constexpr TrackerType kTypes[] = {{.name = "proxy", .look = look, .options = kOptions}};
HW_REGISTER(TrackerType, kTypes);

bool set_track_proxy(KeywordCall& call) {
  VrrpConfig& vrrp = call.vrrp();
  vrrp.track_proxy = !call.negated();
  if (vrrp.track_proxy) return add_track(call, kTypes[0]);
  std::erase_if(vrrp.tracks, [](const TrackConfig& track) { return track.type == kTypes; });
  return true;
}

constexpr Keyword kRows[] = {
    {.name = "track-proxy",
     .sections = kInVrrps,
     .parse = set_track_proxy,
     .args = "[weight <weight>] [deadline <time>]",
     .summary = "gives the addresses up when this program cannot serve; on by default",
     .negatable = true},
};
HW_REGISTER(Keyword, kRows);

// So that whoever reads Config::vrrps finds every tracker in one list.
void add_default(Draft& draft, Diag&) {
  for (const auto& vrrp : draft.config->vrrps) {
    const auto is_proxy = [](const TrackConfig& track) { return track.type == kTypes; };
    auto& tracks = vrrp->tracks;
    if (vrrp->track_proxy && std::none_of(tracks.begin(), tracks.end(), is_proxy)) {
      TrackConfig made;
      made.pos = vrrp->pos;
      made.type = kTypes;
      tracks.insert(tracks.begin(), std::move(made));
    }
    for (TrackConfig& track : tracks) {
      if (is_proxy(track) && track.delay == Millis(0)) track.delay = kDefaultDeadline;
    }
  }
}

constexpr ConfigCheck kChecks[] = {{"track-proxy", kTrackDefaults, add_default}};
HW_REGISTER(ConfigCheck, kChecks);

}  // namespace
}  // namespace hawser
