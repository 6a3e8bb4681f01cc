// SPDX-License-Identifier: MIT
// What an advert of another router does to the election: the reception parts of RFC 9568, sections
// 6.4.2 and 6.4.3.
#include <algorithm>

#include "vrrp/election.h"
#include "vrrp/packet.h"

namespace hawser::vrrp {

ActionList Election::heard(const HeardAdvert& advert, int64_t now_ns) {
  ActionList out;
  HW_ASSERT(advert.interval_ns > 0);
  const bool was_master = state_.role == VrrpState::kMaster;
  if (!was_master && state_.role != VrrpState::kBackup) return out;
  if (advert.from == settings_.address) return out;  // looped: says nothing about anybody else
  state_.heard_ns = now_ns;
  if (was_master) {
    heard_as_master(advert, now_ns, out);
  } else {
    heard_as_backup(advert, now_ns, out);
  }
  if (advert.sequence.kind == SequenceSeen::Kind::kAh) {
    const bool lost =
        was_master && state_.role == VrrpState::kMaster && advert.priority != kPriorityStop;
    state_.sequences.ah.receive(static_cast<uint32_t>(advert.sequence.number), lost);
  } else if (advert.sequence.kind == SequenceSeen::Kind::kHmac) {
    state_.sequences.hmac.receive(advert.from, advert.sequence.number);
    if (settings_.follows_stamps) state_.sequences.hmac.follow(advert.sequence.number);
  }
  return out;
}

// VRRPv3 goes by the interval of the master (RFC 9568, section 6.1), VRRPv2 by its own, which
// receive() found to be the same.
void Election::follow_master(const HeardAdvert& advert, int64_t now_ns) {
  if (settings_.version != 2) state_.master_interval_ns = advert.interval_ns;
  state_.master_address = advert.from;
  state_.master_priority = advert.priority;
  state_.heard_ns = now_ns;
}

// Preempt_Mode false, for as long as it is. The delay of a delayed preemption begins with the first
// advert of a lower priority, whatever we were before, and only once.
bool Election::accepts_lower(int64_t now_ns) {
  if (state_.priority == kPriorityOwner) return false;
  if (state_.released || state_.maintenance || settings_.preempt == VrrpPreempt::kNo) return true;
  if (settings_.preempt != VrrpPreempt::kDelayed) return false;
  if (state_.preempt_at_ns == kNever) state_.preempt_at_ns = now_ns + settings_.preempt_delay_ns;
  return now_ns < state_.preempt_at_ns;
}

void Election::heard_as_backup(const HeardAdvert& advert, int64_t now_ns, ActionList& out) {
  if (advert.priority == kPriorityStop) {
    state_.wants_master = false;
    state_.preempting = false;
    state_.master_address = advert.from;
    state_.master_priority = kPriorityStop;
    arm(now_ns + skew_ns(), out);
    return;
  }
  const bool lower = advert.priority < priority();
  if (!lower) state_.preempt_at_ns = kNever;
  if (lower && !accepts_lower(now_ns)) {
    state_.preempting = true;
    return;
  }
  state_.wants_master = state_.preempting = state_.withheld = false;
  state_.late_checks = 0;
  follow_master(advert, now_ns);
  arm(now_ns + master_down_ns(), out);
}

void Election::heard_as_master(const HeardAdvert& advert, int64_t now_ns, ActionList& out) {
  if (leaving_) {
    if (advert.priority == kPriorityStop) return;
    return depart("stopped; another master has taken over", &advert, now_ns, out);
  }
  if (advert.priority == kPriorityStop) return answer(now_ns, out);
  if (advert.priority == kPriorityOwner && other_owner_prevails(advert, now_ns)) {
    state_.owner_yields = true;
  }
  const bool higher = advert.priority > priority();
  const bool wins_tie = advert.priority == priority() && advert.from > settings_.address;
  // After we overslept, whoever took over meanwhile keeps what we would not have taken from it.
  const bool took_over = state_.late_checks != 0 && accepts_lower(now_ns);
  if (!higher && !wins_tie && !took_over) return contest(advert, now_ns, out);
  follow_master(advert, now_ns);
  become_backup(now_ns + master_down_ns(),
                higher     ? "a master of higher priority advertises"
                : wins_tie ? "a master of equal priority and higher address advertises"
                           : "another master took over while this one slept",
                &advert, now_ns, out);
}

// Two owners (a misconfiguration): the one with the lower address gives way as at any equal
// priority. If it does not after two adverts of ours and some time, we do, until it is silent.
bool Election::other_owner_prevails(const HeardAdvert& advert, int64_t now_ns) {
  return priority() == kPriorityOwner && advert.from < settings_.address &&
         state_.rival_adverts != 0 && now_ns >= state_.owner_deadline_ns;
}

// RFC 9568, section 6.4.3: an advert of lower right is answered at once, so that its sender hears
// of us, and the addresses are announced again, because it may have announced them.
void Election::contest(const HeardAdvert& advert, int64_t now_ns, ActionList& out) {
  const bool goes_on =
      state_.rival_adverts != 0 && now_ns - state_.rival_ns <= 3 * state_.rival_interval_ns;
  if (goes_on) {
    state_.split_brain_ns += now_ns - state_.rival_ns;
  } else {
    state_.rival_adverts = 0;
    state_.owner_adverts = 0;
    state_.owner_deadline_ns = kNever;
  }
  ++state_.rival_adverts;
  state_.rival_address = advert.from;
  state_.rival_priority = advert.priority;
  state_.rival_ns = now_ns;
  state_.rival_interval_ns = advert.interval_ns;
  const size_t before = out.size();
  answer(now_ns, out);
  if (out.size() != before) out.add({.kind = Action::Kind::kAnnounceAgain});
  if (goes_on) return;
  out.add({.kind = Action::Kind::kReassert,
           .other_priority = advert.priority,
           .at_ns = now_ns,
           .reason = "a master that ranks lower advertises",
           .other = advert.from});
}

// Not more often than ten times an interval: what others send must not set our pace.
void Election::answer(int64_t now_ns, ActionList& out) {
  if (now_ns < state_.answer_at_ns) return;
  state_.answer_at_ns = now_ns + settings_.advert_ns / 10;
  out.add({.kind = Action::Kind::kSendAdvert});
}

}  // namespace hawser::vrrp
