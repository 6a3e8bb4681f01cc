// SPDX-License-Identifier: MIT
#include "vrrp/tracker_share.h"

#include <fmt/core.h>

#include "vrrp/script_verdict.h"
#include "vrrp/show_vrrp.h"
#include "vrrp/tracker.h"

namespace hawser {
namespace {

bool is_file(const TrackConfig& track) { return track.type->name == "file"; }
bool is_script(const TrackConfig& track) { return track.type->name == "script"; }

TrackResult result_of(const TrackState& state) {
  return static_cast<TrackResult>(state.result.load(std::memory_order_relaxed));
}

}  // namespace

std::vector<const TrackConfig*> tracks_of(const Config& config, uint32_t section) {
  std::vector<const TrackConfig*> out;
  const auto add = [&out](const std::vector<TrackConfig>& tracks) {
    for (const TrackConfig& track : tracks) {
      if (track.type != nullptr && track.slot != kNoIndex) out.push_back(&track);
    }
  };
  add(config.vrrps[section]->tracks);
  const uint32_t group = config.vrrps[section]->group;
  if (group < config.vrrp_groups.size()) add(config.vrrp_groups[group]->tracks);
  return out;
}

int track_share(const TrackConfig& track, const TrackState& state) {
  const TrackResult result = result_of(state);
  if (result == TrackResult::kUnknown) return 0;
  if (is_file(track)) {
    const int share = state.value.load(std::memory_order_relaxed) * track.weight;
    return track.reverse ? -share : share;
  }
  const bool up = (result == TrackResult::kUp) != track.reverse;
  return track.weight > 0 ? (up ? track.weight : 0) : (up ? 0 : track.weight);
}

std::string track_name(const TrackConfig& track) {
  return fmt::format("track-{}{}{}", track.type->name, track.subject.empty() ? "" : " ",
                     track.subject);
}

std::string track_line(const TrackConfig& track, const TrackState& state, int64_t now_ns) {
  constexpr std::string_view kWords[] = {"not known yet", "up", "down"};
  const TrackResult result = result_of(state);
  std::string line = track_name(track) + " ";
  if (is_file(track) && result != TrackResult::kUnknown) {
    line += fmt::format("says {}", state.value.load(std::memory_order_relaxed));
  } else {
    line += kWords[static_cast<size_t>(result) % std::size(kWords)];
  }
  if (const int64_t since_ns = state.changed_ns.load(std::memory_order_relaxed); since_ns != 0) {
    line += " for " + span_text(now_ns - since_ns);
  }
  line += track.weight == 0 ? ", a fault when down" : fmt::format(", weight {}", track.weight);
  if (track.reverse) line += " reverse";
  if (is_script(track) && state.runs.load() != 0) {
    const uint32_t code = state.exit_code.load();
    line += code < 256 ? fmt::format("; exit code {}", code) : "; no exit code";
    line += fmt::format(" after {} ms, {} of {} runs failed", state.duration_us.load() / 1000,
                        state.failures.load(), state.runs.load());
  }
  return line;
}

}  // namespace hawser
