// SPDX-License-Identifier: MIT
// What an instance tells of itself: its slot in shared memory, events, alarms.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/clock.h"
#include "vrrp/instance.h"
#include "vrrp/timers.h"

namespace hawser::vrrp {
namespace {

constexpr int64_t in_ns(Millis time) { return std::chrono::nanoseconds(time).count(); }

void store(std::atomic<uint64_t> (&words)[2], const Ip& ip) {
  uint64_t parts[2] = {};
  std::memcpy(parts, ip.bytes.data(), ip.bytes.size());
  words[0].store(parts[0], std::memory_order_relaxed);
  words[1].store(parts[1], std::memory_order_relaxed);
}

LogLevel level_of(VrrpState state) {
  return state == VrrpState::kFault ? LogLevel::kAlert : LogLevel::kNotice;
}

}  // namespace

void Instance::publish() {
  const ElectionState& state = election_.state();
  slot_.state.store(state.role, std::memory_order_release);
  slot_.priority.store(election_.priority(), std::memory_order_relaxed);
  const uint32_t wished = slot_.wish.priority.load(std::memory_order_relaxed);
  slot_.base_priority.store(wished != 0 ? wished : section_.priority, std::memory_order_relaxed);
  const bool is_master = state.role == VrrpState::kMaster;
  slot_.master_priority.store(is_master ? election_.priority() : state.master_priority,
                              std::memory_order_relaxed);
  store(slot_.master_address, is_master ? lanes_.front().source() : state.master_address);
  const int64_t interval_ns =
      state.master_interval_ns != 0 ? state.master_interval_ns : in_ns(section_.advert);
  slot_.advert_cs.store(static_cast<uint32_t>(interval_ns / kNsPerCentisecond),
                        std::memory_order_relaxed);
  slot_.split_brain_ns.store(state.split_brain_ns, std::memory_order_relaxed);
  store(slot_.rival_address, state.rival_address);
  slot_.rival_priority.store(state.rival_priority, std::memory_order_relaxed);
}

void Instance::publish_alarms(int64_t now_ns) {
  const int64_t recent_ns = 3 * std::max<int64_t>(in_ns(section_.advert), in_ns(Millis(1000)));
  const auto is_recent = [&](int64_t at_ns) {
    return at_ns != INT64_MIN && now_ns - at_ns < recent_ns;
  };
  uint32_t alarms = 0;
  if (election_.is_split(now_ns)) alarms |= kAlarmSplitBrain;
  if (is_recent(rejected_ns_)) {
    alarms |= kAlarmRejectedPeer;
  } else {
    slot_.last_reject.store(0, std::memory_order_relaxed);
  }
  if (is_recent(mismatch_ns_)) alarms |= kAlarmConfigMismatch;
  if (is_recent(strangers_ns_)) alarms |= kAlarmDuplicateRouter;
  if (election_.state().withheld && isolated_) alarms |= kAlarmIsolated;
  const bool weakened = standing_.priority < section_.priority;
  if (weakened && election_.role() == VrrpState::kMaster && section_.peer_priority &&
      standing_.priority >= *section_.peer_priority) {
    alarms |= kAlarmCannotMove;
  }
  slot_.alarms.store(alarms, std::memory_order_relaxed);
}

void Instance::transition(const Action& action, int64_t now_ns) {
  slot_.changed_ns.store(now_ns, std::memory_order_relaxed);
  if (action.from == VrrpState::kMaster) count(slot_.left_master);
  if (action.to == VrrpState::kMaster) count(slot_.became_master);
  if (action.to == VrrpState::kBackup) count(slot_.became_backup);
  if (action.to == VrrpState::kFault) count(slot_.became_fault);
  slot_.state.store(action.to, std::memory_order_release);
  std::string text = phrase(action);
  if (action.to == VrrpState::kMaster && slot_.peers_heard.load() == 0) {
    text += refused_adverts(slot_) == 0 ? "; no peer was ever heard"
                                        : "; every advert so far was refused";
  }
  tell(static_cast<uint32_t>(action.to), level_of(action.to), text);
}

void Instance::reject(const Received& received, int64_t now_ns) {
  const Rejected& rejected = *received.rejected;
  const auto reason = static_cast<size_t>(rejected.reason);
  count(slot_.rejected[reason]);
  slot_.last_reject.store(static_cast<uint32_t>(reason) + 1, std::memory_order_relaxed);
  store(slot_.last_reject_address, received.source);
  rejected_ns_ = now_ns;
  if (rejected.reason == VrrpReject::kOwnAddress) strangers_ns_ = now_ns;
  if (const auto silent = refusals_[reason].count(now_ns)) {
    tell(kVrrpNote, LogLevel::kWarning,
         fmt::format(
             "advert from {} refused: {}{}", received.source.text(), describe(rejected),
             *silent == 0 ? "" : fmt::format(" ({} more since the last such line)", *silent)));
  }
}

void Instance::note_mismatch(const Received& received, int64_t now_ns) {
  const std::string difference = common_.addresses.difference(received.advert);
  const bool strange = common_.addresses.disjoint_from(received.advert);
  (strange ? strangers_ns_ : mismatch_ns_) = now_ns;
  if (!mismatches_.count(now_ns)) return;
  const std::string peer = received.source.text();
  tell(kVrrpNote, LogLevel::kWarning,
       strange
           ? fmt::format("{} uses virtual router id {} for other addresses altogether: {}; give "
                         "one of the two another id",
                         peer, section_.vrid, difference)
           : fmt::format("{} advertises other addresses: {}; make the virtual-address lines of "
                         "both nodes equal",
                         peer, difference));
}

void Instance::note_lateness(int64_t now_ns) {
  const int64_t late_ns = std::max<int64_t>(0, now_ns - election_.timer_ns());
  uint32_t bucket = 0;
  while (bucket + 1 < kLatenessBuckets && late_ns > int64_t{100'000} << bucket) ++bucket;
  count(slot_.lateness[bucket]);
  if (static_cast<uint64_t>(late_ns) > slot_.lateness_max_ns.load(std::memory_order_relaxed)) {
    slot_.lateness_max_ns.store(static_cast<uint64_t>(late_ns), std::memory_order_relaxed);
  }
}

void Instance::tell(uint32_t what, LogLevel level, std::string_view text) {
  around_.events.write(index_, what, election_.priority(), level, text);
}

}  // namespace hawser::vrrp
