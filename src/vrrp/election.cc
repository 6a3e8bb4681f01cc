// SPDX-License-Identifier: MIT
// Timers. election_heard.cc has the adverts, election_local.cc what comes from our own machine.
#include "vrrp/election.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "vrrp/packet.h"
#include "vrrp/timers.h"

namespace hawser::vrrp {
namespace {

// Intervals that are listened, one after the other, when a process is held up again and again. A
// machine that never runs on time must still serve when nobody else does.
constexpr uint8_t kMaxLateChecks = 3;

}  // namespace

std::string phrase(const Action& action) {
  if (!action.other.is_set()) return action.reason;
  if (action.other_priority == kPriorityStop) {
    return fmt::format("{} ({})", action.reason, action.other.text());
  }
  return fmt::format("{} ({}, priority {})", action.reason, action.other.text(),
                     action.other_priority);
}

std::optional<ElectionState> import_state(std::span<const std::byte> bytes) {
  ElectionState state;
  if (bytes.size() != sizeof state) return std::nullopt;
  uint32_t layout;
  std::memcpy(&layout, bytes.data(), sizeof layout);
  if (layout != ElectionState::kLayout) return std::nullopt;
  std::memcpy(&state, bytes.data(), sizeof state);
  const bool sound = state.role <= VrrpState::kFault && state.priority != 0;
  return sound ? std::optional(state) : std::nullopt;
}

uint8_t Election::priority() const {
  return state_.owner_yields ? uint8_t{kPriorityOwner - 1} : state_.priority;
}

int64_t Election::skew_ns() const {
  return vrrp::skew_ns(settings_.version, priority(), state_.master_interval_ns);
}

int64_t Election::master_down_ns() const {
  return vrrp::master_down_ns(settings_.version, priority(), state_.master_interval_ns,
                              settings_.down_adverts);
}

bool Election::is_split(int64_t now_ns) const {
  return state_.role == VrrpState::kMaster && state_.rival_adverts >= 2 &&
         now_ns - state_.rival_ns <= 3 * state_.rival_interval_ns;
}

void Election::arm(int64_t at_ns, ActionList& out) {
  const bool held_out = state_.maintenance && state_.role == VrrpState::kBackup;
  state_.timer_ns = held_out ? kNever : at_ns;
  out.add({.kind = Action::Kind::kArmTimer, .at_ns = state_.timer_ns});
}

void Election::enter(VrrpState role, const char* reason, const HeardAdvert* cause, int64_t now_ns,
                     ActionList& out) {
  Action transition{.kind = Action::Kind::kTransition,
                    .from = state_.role,
                    .to = role,
                    .at_ns = now_ns,
                    .reason = reason};
  if (cause != nullptr) {
    transition.other = cause->from;
    transition.other_priority = cause->priority;
  } else if (role == VrrpState::kMaster) {
    transition.other = state_.master_address;
    transition.other_priority = state_.master_priority;
  }
  state_.role = role;
  state_.changed_ns = now_ns;
  state_.late_checks = 0;
  state_.wants_master = state_.preempting = state_.withheld = false;
  state_.preempt_at_ns = kNever;
  state_.rival_adverts = 0;
  state_.owner_adverts = 0;
  state_.owner_deadline_ns = kNever;
  out.add(transition);
}

// The advert leaves first, so that the old master drops the addresses before we announce them.
void Election::become_master(const char* reason, int64_t now_ns, ActionList& out) {
  state_.released = state_.owner_yields = false;
  state_.master_interval_ns = settings_.advert_ns;
  state_.timer_ns = now_ns;
  out.add({.kind = Action::Kind::kSendAdvert});
  out.add({.kind = Action::Kind::kTakeAddresses});
  out.add({.kind = Action::Kind::kAnnounce});
  enter(VrrpState::kMaster, reason, nullptr, now_ns, out);
}

void Election::become_backup(int64_t timer_ns, const char* reason, const HeardAdvert* cause,
                             int64_t now_ns, ActionList& out) {
  if (state_.role == VrrpState::kMaster) out.add({.kind = Action::Kind::kGiveUpAddresses});
  enter(VrrpState::kBackup, reason, cause, now_ns, out);
  arm(timer_ns, out);
}

void Election::resign(int64_t timer_ns, const char* reason, int64_t now_ns, ActionList& out) {
  out.add({.kind = Action::Kind::kSendStop});
  state_.master_address = {};
  become_backup(timer_ns, reason, nullptr, now_ns, out);
}

ActionList Election::start(int64_t now_ns, int64_t hold_until_ns) {
  ActionList out;
  state_.hold_until_ns = hold_until_ns;
  state_.master_interval_ns = settings_.advert_ns;
  if (state_.role != VrrpState::kInit) return out;
  if (state_.priority != kPriorityOwner) {
    become_backup(now_ns + master_down_ns(), "started", nullptr, now_ns, out);
  } else if (settings_.learns_sequence) {
    become_backup(now_ns + settings_.advert_ns + skew_ns(), "started", nullptr, now_ns, out);
  } else if (settings_.needs_consent || now_ns < hold_until_ns || state_.maintenance) {
    become_backup(std::max(now_ns, hold_until_ns), "started", nullptr, now_ns, out);
  } else {
    become_master("started as the owner of the addresses", now_ns, out);
  }
  return out;
}

ActionList Election::resume(int64_t now_ns) {
  ActionList out;
  if (settings_.version == 2 || state_.role == VrrpState::kMaster) {
    state_.master_interval_ns = settings_.advert_ns;
  }
  // A shorter interval holds from now on; a timer that is past is due at once.
  int64_t at_ns = state_.timer_ns;
  if (state_.role == VrrpState::kMaster) at_ns = std::min(at_ns, now_ns + settings_.advert_ns);
  arm(at_ns, out);
  return out;
}

ActionList Election::timer(int64_t now_ns) {
  ActionList out;
  if (state_.timer_ns == kNever) return out;
  if (now_ns < state_.timer_ns) {
    arm(state_.timer_ns, out);
  } else if (state_.role == VrrpState::kBackup) {
    wake_backup(now_ns, out);
  } else if (state_.role == VrrpState::kMaster && leaving_) {
    depart("stopped; nobody has taken over", nullptr, now_ns, out);
  } else if (state_.role == VrrpState::kMaster) {
    wake_master(now_ns, out);
  }
  return out;
}

bool Election::overslept(int64_t allowed_ns, int64_t now_ns) const {
  return now_ns - state_.timer_ns > allowed_ns && state_.late_checks < kMaxLateChecks;
}

// A process that was held up, or whose machine was, may have adverts waiting in its sockets that
// are older than the silence it believes in.
void Election::listen(const char* reason, int64_t now_ns, ActionList& out) {
  ++state_.late_checks;
  out.add({.kind = Action::Kind::kNote, .at_ns = now_ns, .reason = reason});
  arm(now_ns + state_.master_interval_ns, out);
}

void Election::wake_backup(int64_t now_ns, ActionList& out) {
  if (now_ns < state_.hold_until_ns) return arm(state_.hold_until_ns, out);
  if (overslept(state_.master_interval_ns, now_ns)) {
    return listen("woke up late: listens for one interval before it becomes master", now_ns, out);
  }
  if (!settings_.needs_consent) return consent_given(now_ns, out);
  state_.wants_master = true;
  arm(now_ns + settings_.advert_ns, out);
  out.add({.kind = Action::Kind::kAskConsent});
}

void Election::consent_given(int64_t now_ns, ActionList& out) {
  const char* reason = "no other master heard";
  if (state_.preempting) {
    reason = "preempts a master of lower priority";
  } else if (state_.master_address.is_set()) {
    reason =
        state_.master_priority == kPriorityStop ? "the master gave up" : "the master fell silent";
  }
  become_master(reason, now_ns, out);
}

// Backups have taken over if our last advert is older than the intervals they wait.
void Election::wake_master(int64_t now_ns, ActionList& out) {
  const int64_t allowed_ns = std::max(settings_.down_adverts, 2u) - 1;
  if (overslept(allowed_ns * settings_.advert_ns, now_ns)) {
    return listen("woke up late: listens for another master before it advertises", now_ns, out);
  }
  out.add({.kind = Action::Kind::kSendAdvert});
  if (state_.rival_adverts == 0 || now_ns - state_.rival_ns <= 3 * state_.rival_interval_ns) {
    return;
  }
  state_.rival_adverts = 0;
  out.add({.kind = Action::Kind::kReassert,
           .other_priority = state_.rival_priority,
           .at_ns = now_ns,
           .reason = "the other master is silent again",
           .other = state_.rival_address});
}

ActionList Election::sent(bool ok, int64_t now_ns) {
  ActionList out;
  if (state_.role != VrrpState::kMaster) return out;
  if (!ok) {
    arm(now_ns + std::max<int64_t>(settings_.advert_ns / 10, 1'000'000), out);
    return out;
  }
  state_.sent_ns = now_ns;
  state_.late_checks = 0;
  if (state_.rival_adverts != 0 && state_.rival_priority == kPriorityOwner &&
      state_.owner_adverts < 2 && ++state_.owner_adverts == 2) {
    const int64_t wait_ns = std::max(settings_.advert_ns, state_.rival_interval_ns);
    state_.owner_deadline_ns = now_ns + wait_ns * 12 / 10;
  }
  arm(next_beat_ns(state_.timer_ns, settings_.advert_ns, now_ns), out);
  return out;
}

}  // namespace hawser::vrrp
