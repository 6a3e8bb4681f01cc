// SPDX-License-Identifier: MIT
// What a `track-…` line may look at: one type a file, track_<name>.cc.
#pragma once

#include <span>
#include <string_view>

#include "config/draft.h"
#include "vrrp/line_options.h"
#include "vrrp/standing.h"

namespace hawser {

using TrackOption = LineOption<TrackConfig>;

// Which process finds out, and so writes the TrackState.
enum class TrackWriter : uint8_t { kVrrp, kControl };

struct TrackView;  // vrrp/track_view.h

struct TrackerType {
  std::string_view name;  // "backend": the keyword is track-backend
  TrackWriter writer = TrackWriter::kVrrp;
  // What it sees now, with TrackWriter::kVrrp.
  Sighting (*look)(const TrackConfig& track, const TrackView& view) = nullptr;
  bool (*take_subject)(Args& args, TrackConfig& track) = nullptr;  // none: there is one thing only
  std::span<const TrackOption> options;
  bool by_value = false;  // a number that is found there times the weight is added
  // Looks up what the subject names; what is missing is reported.
  void (*resolve)(Config& config, TrackConfig& track, Diag& diag) = nullptr;
  // The TrackState of what the subject names, where that has one itself; none: one of the line's.
  uint32_t (*shared_slot)(const Config& config, const TrackConfig& track) = nullptr;
};

// Takes a whole line into the section that it stands in. A line replaces what vrrp-defaults says
// of the same subject; two of one section are an error.
bool add_track(KeywordCall& call, const TrackerType& type);

inline constexpr uint16_t kInTracking = kInVrrps | kInVrrpGroup;

bool take_track_name(Args& args, TrackConfig& track);       // of a section
bool take_track_interface(Args& args, TrackConfig& track);  // of a network interface
bool take_track_path(Args& args, TrackConfig& track);       // absolute

bool take_weight(Args& args, TrackConfig& track);
bool take_reverse(Args& args, TrackConfig& track);
bool take_at_least(Args& args, TrackConfig& track);
inline constexpr TrackOption kTrackWeight = {"weight", take_weight};
inline constexpr TrackOption kTrackReverse = {"reverse", take_reverse};

inline constexpr int kMaxTrackWeight = 253;  // the span of the priorities 1 … 254

}  // namespace hawser
