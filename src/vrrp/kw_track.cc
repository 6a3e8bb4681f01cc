// SPDX-License-Identifier: MIT
// The words that several kinds of `track-…` lines share.
#include <algorithm>

#include "config/interface_name.h"
#include "config/listing.h"
#include "vrrp/tracker.h"

namespace hawser {
namespace {

std::vector<TrackConfig>& tracks_of(KeywordCall& call) {
  return call.section() == kInVrrpGroup ? call.vrrp_group().tracks : call.vrrp().tracks;
}

SourcePos section_pos(KeywordCall& call) {
  return call.section() == kInVrrpGroup ? call.vrrp_group().pos : call.vrrp().pos;
}

bool is_inherited(const TrackConfig& track, SourcePos section) {
  return track.pos.file != section.file || track.pos.line < section.line;
}

}  // namespace

bool add_track(KeywordCall& call, const TrackerType& type) {
  TrackConfig made;
  made.pos = call.keyword().pos;
  made.type = &type;
  if (type.take_subject != nullptr) {
    if (!type.take_subject(call, made)) return false;
    const Word& word = call.words()[call.position() - 1];
    made.subject_pos = word.pos;
    made.width = word.width;
  }
  if (!take_options<TrackConfig>(call, made, type.options)) return false;
  auto& tracks = tracks_of(call);
  const auto known = std::find_if(tracks.begin(), tracks.end(), [&](const TrackConfig& track) {
    return track.type == &type && track.subject == made.subject;
  });
  if (known == tracks.end()) {
    tracks.push_back(std::move(made));
    return true;
  }
  if (!is_inherited(*known, section_pos(call))) {
    call.error_at(call.keyword(), "this section tracks the same already")
        .with_hint("it does at " + call.diag().place(known->pos));
    return false;
  }
  *known = std::move(made);
  return true;
}

bool take_track_name(Args& args, TrackConfig& track) {
  const auto name = args.take("<name>");
  if (!name) return false;
  track.subject = name->text;
  return true;
}

bool take_track_interface(Args& args, TrackConfig& track) {
  auto name = take_interface_name(args);
  if (!name) return false;
  track.subject = std::move(*name);
  return true;
}

bool take_track_path(Args& args, TrackConfig& track) {
  const auto path = args.take("<path>");
  if (!path) return false;
  if (!path->text.starts_with('/')) {
    args.error(quoted(path->text) + " is not an absolute path")
        .with_hint("the processes do not run in the directory that you are in");
    return false;
  }
  track.subject = path->text;
  return true;
}

bool take_weight(Args& args, TrackConfig& track) {
  const auto weight = args.take_int("<weight>", -kMaxTrackWeight, kMaxTrackWeight);
  if (!weight) return false;
  track.weight = static_cast<int16_t>(*weight);
  track.weight_given = true;
  return true;
}

bool take_reverse(Args&, TrackConfig& track) {
  track.reverse = true;
  return true;
}

bool take_at_least(Args& args, TrackConfig& track) {
  const auto count = args.take_int("<count>", 1);
  if (!count) return false;
  track.at_least = static_cast<uint32_t>(*count);
  return true;
}

namespace {

// The keywords `track-…` are listed; the types behind them need no list of their own.
[[maybe_unused]] const bool kRegistered =
    (add_registry({{}, Registry<TrackerType>::seal, [](std::string&) {}}), true);

}  // namespace
}  // namespace hawser
