// SPDX-License-Identifier: MIT
// track-script: what a vrrp-script section finds.
#include "vrrp/tracker.h"

namespace hawser {
namespace {

// What the line does not say is the script's to say.
void find_script(Config& config, TrackConfig& track, Diag& diag) {
  std::vector<std::string_view> names;
  const auto& scripts = config.vrrp_scripts;
  for (uint32_t i = 0; i < scripts.size(); ++i) {
    const VrrpScriptConfig& script = *scripts[i];
    names.push_back(script.name);
    if (script.name != track.subject) continue;
    track.index = i;
    if (!track.weight_given) {
      track.weight = script.weight;
      track.reverse = track.reverse || script.reverse;
    }
    return;
  }
  if (config.refused.may_have(track.subject)) return;
  diag.error(track.subject_pos, fmt::format("there is no vrrp-script section '{}'", track.subject),
             track.width)
      .hint_nearest(track.subject, names);
}

uint32_t slot_of_script(const Config& config, const TrackConfig& track) {
  return config.vrrp_scripts[track.index]->slot;
}

constexpr TrackOption kOptions[] = {kTrackWeight, kTrackReverse};

constexpr TrackerType kTypes[] = {
    {.name = "script",
     .writer = TrackWriter::kControl,
     .take_subject = take_track_name,
     .options = kOptions,
     .resolve = find_script,
     .shared_slot = slot_of_script},
};
HW_REGISTER(TrackerType, kTypes);

constexpr Keyword kRows[] = {
    {.name = "track-script",
     .sections = kInTracking,
     .parse = [](KeywordCall& call) { return add_track(call, kTypes[0]); },
     .args = "<vrrp-script> [weight <weight>] [reverse]",
     .summary = "is down while the script fails"},
};
HW_REGISTER(Keyword, kRows);

}  // namespace
}  // namespace hawser
