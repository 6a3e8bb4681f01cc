// SPDX-License-Identifier: MIT
// Weighted trackers that can never move the addresses: proved here, with the sum.
#include <fmt/format.h>

#include <algorithm>

#include "config/draft.h"
#include "vrrp/resolve.h"
#include "vrrp/tracker.h"

namespace hawser {
namespace {

constexpr int kOwner = 255;

int clamp_priority(int priority) { return std::clamp(priority, 1, 254); }

// What the weights of a section make of its priority when all is well and when nothing is.
class Weights {
 public:
  Weights(const Config& config, const VrrpConfig& vrrp) {
    add(vrrp.tracks);
    if (vrrp.group != kNoIndex) add(config.vrrp_groups[vrrp.group]->tracks);
  }

  const TrackConfig* first() const { return first_; }
  // What a file says is not known beforehand.
  bool known() const { return known_; }
  int well() const { return well_; }
  int failed() const { return failed_; }
  // "100 - 2 - 3 = 95", as far as the weights count in that case.
  std::string sum_well(int base) const { return sum(base, well_terms_, well_); }
  std::string sum_failed(int base) const { return sum(base, failed_terms_, failed_); }

 private:
  void add(const std::vector<TrackConfig>& tracks) {
    for (const TrackConfig& track : tracks) {
      if (track.weight == 0) continue;
      if (first_ == nullptr) first_ = &track;
      if (track.type->by_value) known_ = false;
      // Whether that is while it is up or, with `reverse`, while it is down makes no difference.
      const bool rewards = track.weight > 0;
      (rewards ? well_ : failed_) += track.weight;
      (rewards ? well_terms_ : failed_terms_).push_back(track.weight);
    }
  }

  static std::string sum(int base, const std::vector<int>& terms, int total) {
    std::string out = fmt::to_string(base);
    for (const int term : terms) out += fmt::format(" {} {}", term < 0 ? '-' : '+', std::abs(term));
    if (terms.empty()) return out;
    const int clamped = clamp_priority(base + total);
    out += fmt::format(" = {}", base + total);
    if (clamped != base + total) out += fmt::format(", held at {}", clamped);
    return out;
  }

  const TrackConfig* first_ = nullptr;
  bool known_ = true;
  int well_ = 0, failed_ = 0;
  std::vector<int> well_terms_, failed_terms_;
};

// With `no preempt` a backup leaves a master alone whose priority has fallen below its own.
void refuse_no_preempt(const VrrpConfig& vrrp, const Weights& weights, Diag& diag) {
  diag.error(
          weights.first()->pos,
          fmt::format("a weight can never move the addresses of vrrp '{}', which has 'no preempt'",
                      vrrp.name))
      .with_hint("take the weight off, so that a failure is a fault, or allow 'preempt'");
}

void compare_with_peer(const VrrpConfig& vrrp, const Weights& weights, Diag& diag) {
  const int base = vrrp.priority, peer = *vrrp.peer_priority;
  if (base < peer) return;  // the other node's weights are what counts
  const int failed = clamp_priority(base + weights.failed());
  const int peer_well = peer == kOwner ? kOwner : clamp_priority(peer + weights.well());
  if (failed < peer_well) return;
  const std::string sums =
      fmt::format("{}, and the peer has {}", weights.sum_failed(base), weights.sum_well(peer));
  if (failed == peer_well) {
    diag.warning(weights.first()->pos,
                 fmt::format("when all trackers of vrrp '{}' fail, both nodes are equal: {}",
                             vrrp.name, sums))
        .with_hint("the node with the higher address becomes master then; a larger weight decides");
    return;
  }
  diag.error(
          weights.first()->pos,
          fmt::format("the weights of vrrp '{}' can never cause a failover: {}", vrrp.name, sums))
      .with_hint(fmt::format("{} less are needed", failed - peer_well + 1));
}

void check_weights(Draft& draft, Diag& diag) {
  for (const auto& vrrp : draft.config->vrrps) {
    const Weights weights(*draft.config, *vrrp);
    if (weights.first() == nullptr || vrrp->incomplete) continue;
    const SourcePos pos = weights.first()->pos;
    const int base = vrrp->priority;
    if (base == kOwner) {
      diag.error(pos, fmt::format("a weight has no effect on vrrp '{}': priority 255 never changes",
                                  vrrp->name))
          .with_hint("take the weight off, or use a priority up to 254");
    } else if (vrrp->preempt == VrrpPreempt::kNo) {
      refuse_no_preempt(*vrrp, weights, diag);
    } else if (!weights.known()) {
      continue;
    } else if (clamp_priority(base + weights.failed()) >= clamp_priority(base + weights.well())) {
      diag.error(pos,
                 fmt::format("the weights of vrrp '{}' change nothing: {} when all is well, {} "
                             "when all fails",
                             vrrp->name, weights.sum_well(base), weights.sum_failed(base)))
          .with_hint("priorities are held between 1 and 254");
    } else if (vrrp->peer_priority) {
      compare_with_peer(*vrrp, weights, diag);
    }
  }
}

constexpr ConfigCheck kChecks[] = {{"weights of trackers", kVrrpRules, check_weights}};
HW_REGISTER(ConfigCheck, kChecks);

}  // namespace
}  // namespace hawser
