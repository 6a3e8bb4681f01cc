// SPDX-License-Identifier: MIT
// What an instance makes of its arbiter.
#include <fmt/format.h>

#include "vrrp/instance.h"
#include "vrrp/script_verdict.h"

namespace hawser::vrrp {
namespace {

TrackResult result_of(ArbiterRounds::State state) {
  switch (state) {
    case ArbiterRounds::State::kUnknown:
      return TrackResult::kUnknown;
    case ArbiterRounds::State::kAnswers:
      return TrackResult::kUp;
    case ArbiterRounds::State::kSilent:
      return TrackResult::kDown;
  }
  HW_UNREACHABLE();
}

}  // namespace

GroupMember Instance::member() const {
  GroupMember made = member_of(election_, has_own_fault());
  made.isolated = isolated_;
  return made;
}

// Only a backup that wants to be master asks for consent: a master that loses its arbiter stays
// master, as nobody may be there to take over.
void Instance::consult(Arbiter& arbiter, int64_t now_ns) {
  publish_arbiter(arbiter);
  isolated_ = false;
  if (!wants_master()) {
    wanted_ns_ = kNever;
    return;
  }
  if (wanted_ns_ == kNever) wanted_ns_ = now_ns;
  // Whoever hears his peer, if only its priority 0, is not cut off.
  if (election_.hears_peer(now_ns)) return;
  const auto verdict = arbiter.judge(wanted_ns_, now_ns);
  const bool was_isolated = election_.state().withheld;
  isolated_ = verdict != ArbiterRounds::Verdict::kMay || was_isolated;
  if (verdict == ArbiterRounds::Verdict::kMay && was_isolated) {
    apply(election_.reconnected("not isolated any more: listens for a master", now_ns), now_ns);
  }
  if (verdict != ArbiterRounds::Verdict::kIsolated) return;
  apply(election_.withhold("isolated: hears no peer and no answer of the arbiter; stays backup",
                           now_ns),
        now_ns);
}

void Instance::publish_arbiter(const Arbiter& arbiter) {
  const ArbiterRounds& rounds = arbiter.rounds();
  slot_.arbiter_us.store(static_cast<uint32_t>(rounds.round_trip_ns() / 1000),
                         std::memory_order_relaxed);
  const TrackResult result = result_of(rounds.state());
  const auto before = static_cast<TrackResult>(
      slot_.arbiter.exchange(static_cast<uint32_t>(result), std::memory_order_relaxed));
  if (before == result) return;
  slot_.arbiter_ns.store(rounds.since_ns(), std::memory_order_relaxed);
  if (result == TrackResult::kDown) {
    tell(kVrrpNote, LogLevel::kWarning,
         fmt::format("the arbiter {} does not answer {} requests in a row", arbiter.address(),
                     section_.arbiter.fall));
  } else if (before == TrackResult::kDown && result == TrackResult::kUp) {
    tell(kVrrpNote, LogLevel::kNotice, fmt::format("the arbiter {} answers", arbiter.address()));
  }
}

}  // namespace hawser::vrrp
