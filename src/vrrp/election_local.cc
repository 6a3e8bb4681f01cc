// SPDX-License-Identifier: MIT
// What our own machine does to the election: priorities, faults, links, groups, operators, and its
// end.
#include <algorithm>

#include "vrrp/election.h"
#include "vrrp/packet.h"
#include "vrrp/timers.h"

namespace hawser::vrrp {

// The running timer moves with Active_Down_Interval, as if the priority had been this one when the
// last advert came.
ActionList Election::set_priority(uint8_t priority, int64_t now_ns) {
  HW_ASSERT(priority != kPriorityStop);
  ActionList out;
  if (priority == state_.priority) return out;
  const int64_t before_ns = master_down_ns();
  state_.priority = priority;
  if (priority != kPriorityOwner) state_.owner_yields = false;
  if (state_.role == VrrpState::kBackup && state_.timer_ns != kNever && !state_.wants_master &&
      state_.late_checks == 0) {
    arm(std::max(now_ns, state_.timer_ns + master_down_ns() - before_ns), out);
  }
  return out;
}

ActionList Election::fault(const char* reason, int64_t now_ns) {
  ActionList out;
  if (state_.role == VrrpState::kFault) return out;
  if (state_.role == VrrpState::kMaster) {
    out.add({.kind = Action::Kind::kSendStop});
    out.add({.kind = Action::Kind::kGiveUpAddresses});
  }
  state_.owner_yields = false;
  state_.master_address = {};
  enter(VrrpState::kFault, reason, nullptr, now_ns, out);
  arm(kNever, out);
  return out;
}

ActionList Election::recovered(int64_t now_ns) {
  ActionList out;
  if (state_.role != VrrpState::kFault) return out;
  state_.master_interval_ns = settings_.advert_ns;
  const int64_t wait_ns =
      state_.priority == kPriorityOwner ? settings_.advert_ns + skew_ns() : master_down_ns();
  become_backup(now_ns + wait_ns, "the fault is over", nullptr, now_ns, out);
  return out;
}

// Switches may have forgotten where the addresses are, and backups may be about to take over.
ActionList Election::link_up(int64_t) {
  ActionList out;
  if (state_.role != VrrpState::kMaster || leaving_) return out;
  out.add({.kind = Action::Kind::kSendAdvert});
  out.add({.kind = Action::Kind::kAnnounce});
  return out;
}

ActionList Election::address_lost(int64_t now_ns) {
  ActionList out;
  if (state_.role == VrrpState::kMaster) {
    resign(now_ns + skew_ns(), "somebody deleted a virtual address", now_ns, out);
  }
  return out;
}

ActionList Election::consent(int64_t now_ns) {
  ActionList out;
  if (state_.role == VrrpState::kBackup && state_.wants_master) consent_given(now_ns, out);
  return out;
}

ActionList Election::withhold(const char* reason, int64_t now_ns) {
  ActionList out;
  if (!state_.wants_master || state_.withheld) return out;
  state_.withheld = true;
  out.add({.kind = Action::Kind::kNote, .at_ns = now_ns, .reason = reason});
  return out;
}

ActionList Election::reconnected(const char* reason, int64_t now_ns) {
  ActionList out;
  if (!state_.wants_master) return out;
  state_.wants_master = state_.withheld = false;
  out.add({.kind = Action::Kind::kNote, .at_ns = now_ns, .reason = reason});
  arm(now_ns + master_down_ns(), out);
  return out;
}

ActionList Election::follow_to_backup(bool soon, int64_t now_ns) {
  ActionList out;
  if (state_.role == VrrpState::kMaster) {
    resign(now_ns + (soon ? skew_ns() : master_down_ns()),
           "another member of the group is not master any more", now_ns, out);
  }
  return out;
}

ActionList Election::announce_again() {
  ActionList out;
  if (state_.role == VrrpState::kMaster) out.add({.kind = Action::Kind::kAnnounceAgain});
  return out;
}

ActionList Election::maintenance(bool on, int64_t now_ns) {
  ActionList out;
  if (on == state_.maintenance) return out;
  state_.maintenance = on;
  if (state_.role == VrrpState::kMaster) {
    resign(kNever, "maintenance", now_ns, out);
  } else if (state_.role == VrrpState::kBackup) {
    state_.wants_master = false;
    arm(on ? kNever : now_ns + master_down_ns(), out);
  }
  return out;
}

ActionList Election::release(int64_t now_ns) {
  ActionList out;
  if (state_.role == VrrpState::kMaster) {
    resign(now_ns + master_down_ns(), "released by an operator", now_ns, out);
  }
  state_.released = true;
  return out;
}

ActionList Election::stop(int64_t now_ns) {
  ActionList out;
  if (state_.role == VrrpState::kInit) return out;
  if (state_.role == VrrpState::kMaster) {
    out.add({.kind = Action::Kind::kSendStop});
    out.add({.kind = Action::Kind::kGiveUpAddresses});
  }
  enter(VrrpState::kInit, "stopped", nullptr, now_ns, out);
  arm(kNever, out);
  return out;
}

// Priority 0 sets the backups' skew time going. Whoever is master until it is over would be missed.
ActionList Election::leave(int64_t now_ns) {
  if (state_.role != VrrpState::kMaster) return stop(now_ns);
  ActionList out;
  leaving_ = true;
  out.add({.kind = Action::Kind::kSendStop});
  const int64_t slowest_ns = vrrp::skew_ns(settings_.version, kPriorityStop, settings_.advert_ns);
  arm(now_ns + slowest_ns + slowest_ns / 10, out);
  return out;
}

void Election::depart(const char* reason, const HeardAdvert* cause, int64_t now_ns,
                      ActionList& out) {
  out.add({.kind = Action::Kind::kGiveUpAddresses});
  enter(VrrpState::kInit, reason, cause, now_ns, out);
  arm(kNever, out);
}

}  // namespace hawser::vrrp
