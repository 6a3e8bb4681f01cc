// SPDX-License-Identifier: MIT
// Finds what trackers look at, and gives every thing that is looked at one place in shared memory.
#include <map>
#include <tuple>

#include "vrrp/resolve.h"
#include "vrrp/tracker.h"

namespace hawser {
namespace {

// What makes two lines look at the same: the numbers belong to it, as they decide between up and
// down.
using Looked = std::tuple<std::string_view, std::string, uint32_t, int64_t>;

class Slots {
 public:
  Slots(Config& config, Diag& diag) : config_(config), diag_(diag) {
    for (const auto& script : config.vrrp_scripts) script->slot = config.track_slots++;
  }

  void assign(std::vector<TrackConfig>& tracks) {
    for (TrackConfig& track : tracks) {
      const TrackerType& type = *track.type;
      if (type.resolve != nullptr) type.resolve(config_, track, diag_);
      track.slot = slot_of(type, track);
    }
  }

 private:
  uint32_t slot_of(const TrackerType& type, const TrackConfig& track) {
    if (type.shared_slot != nullptr && track.index != kNoIndex) {
      return type.shared_slot(config_, track);
    }
    const Looked key{type.name, track.subject, track.at_least, track.delay.count()};
    const auto [known, fresh] = slots_.try_emplace(key, config_.track_slots);
    if (fresh) ++config_.track_slots;
    return known->second;
  }

  Config& config_;
  Diag& diag_;
  std::map<Looked, uint32_t> slots_;
};

void assign_slots(Draft& draft, Diag& diag) {
  Slots slots(*draft.config, diag);
  for (const auto& vrrp : draft.config->vrrps) slots.assign(vrrp->tracks);
  for (const auto& group : draft.config->vrrp_groups) slots.assign(group->tracks);
}

constexpr ConfigCheck kChecks[] = {{"tracked subjects", kTrackSubjects, assign_slots}};
HW_REGISTER(ConfigCheck, kChecks);

}  // namespace
}  // namespace hawser
