// SPDX-License-Identifier: MIT
// The election of one virtual router: RFC 9568, section 6.4 (RFC 3768, section 6.4 for VRRPv2), and
// what users of keepalived expect beyond it. No sockets, no clock: events come in with their time,
// what is to be done comes out and is done by the caller, in the order of the list.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>

#include "base/assert.h"
#include "config/vrrp_model.h"
#include "shm/vrrp_state.h"
#include "vrrp/ip.h"
#include "vrrp/sequence.h"

namespace hawser::vrrp {

inline constexpr int64_t kNever = INT64_MAX;

struct Action {
  enum class Kind : uint8_t {
    kSendAdvert,       // with Election::priority(); then call Election::sent()
    kSendStop,         // an advert of priority 0
    kTakeAddresses,    // put addresses, routes and rules in place
    kGiveUpAddresses,  // and take them away again
    kAnnounce,         // the bursts of a new master
    kAnnounceAgain,    // another master has spoken: the bursts of `garp lower-prio`
    kAskConsent,       // of the group and the arbiter; the answer is consent() or withhold()
    kArmTimer,         // call timer() at `at_ns`; kNever: not at all. Replaces the last one
    kTransition,       // `from` to `to`: for the log, counters, notify-master|backup|fault|stop
    kReassert,         // still master after a contest: notify-reasserted
    kNote,             // for the log; changes nothing
  };
  Kind kind;
  VrrpState from = VrrpState::kInit, to = VrrpState::kInit;
  uint8_t other_priority = 0;  // of `other`
  int64_t at_ns = 0;
  const char* reason = "";  // a phrase that lives for ever
  Ip other = {};            // whose advert was the cause; none: nobody's
};

// The reason for people, with whose advert it was: "the master fell silent (10.0.0.2, priority
// 90)".
std::string phrase(const Action& action);

// What one event leads to.
class ActionList {
 public:
  void add(const Action& action) {
    HW_ASSERT(size_ < actions_.size());
    actions_[size_++] = action;
  }
  const Action* begin() const { return actions_.data(); }
  const Action* end() const { return actions_.data() + size_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const Action& operator[](size_t i) const { return actions_[i]; }

 private:
  std::array<Action, 8> actions_{};
  size_t size_ = 0;
};

// What the configuration says, and what the caller knows of the interface.
struct ElectionSettings {
  uint8_t version = 2;
  int64_t advert_ns = 1'000'000'000;  // our own interval
  uint32_t down_adverts = 3;
  VrrpPreempt preempt = VrrpPreempt::kYes;
  int64_t preempt_delay_ns = 0;  // of VrrpPreempt::kDelayed
  Ip address = {};               // the source of our adverts; settles equal priorities
  bool needs_consent = false;    // of a sync group or an arbiter, before it becomes master
  // AH: an owner, too, begins as backup, to learn the sequence number in use.
  bool learns_sequence = false;
  // HMAC without clocks: our stamps are later than those that we hear.
  bool follows_stamps = false;
};

// Everything that a successor process needs to go on between two adverts. Times are those of the
// monotonic clock, which all processes of a machine share.
struct ElectionState {
  static constexpr uint32_t kLayout = 0x5652'0001;  // changes with the struct
  uint32_t layout = kLayout;
  VrrpState role = VrrpState::kInit;
  uint8_t priority = 100;  // effective: with the weights of trackers; 255: owner
  uint8_t master_priority = 0;
  uint8_t rival_priority = 0;
  uint8_t late_checks = 0;    // intervals listened after an overslept timer
  uint8_t owner_adverts = 0;  // own adverts since another owner was heard
  bool wants_master = false;  // the master is gone; waits for consent
  bool maintenance = false;
  bool released = false;           // leaves the mastership to whoever has it
  bool owner_yields = false;       // to another owner that does not give way
  bool preempting = false;         // the last advert was of a lower priority, and was discarded
  bool withheld = false;           // consent was refused, and that was said
  Ip master_address;               // of the last accepted advert while backup; none: nobody heard
  int64_t timer_ns = kNever;       // master: next advert; backup: Active_Down_Timer
  int64_t master_interval_ns = 0;  // learned (VRRPv3), or our own
  int64_t changed_ns = 0;          // last transition
  int64_t heard_ns = 0;            // last accepted advert; 0: none ever
  int64_t sent_ns = 0;             // last own advert
  int64_t hold_until_ns = 0;       // does not become master before
  int64_t preempt_at_ns = kNever;  // end of the preempt delay that runs
  int64_t answer_at_ns = 0;        // no answer to a lower priority before
  int64_t owner_deadline_ns = kNever;
  // Another master that does not yield, while we are master.
  Ip rival_address;
  uint32_t rival_adverts = 0;  // in this contest
  int64_t rival_ns = 0;        // its last advert
  int64_t rival_interval_ns = 0;
  int64_t split_brain_ns = 0;  // sum over all contests
  AuthSequences sequences;
};
static_assert(std::is_trivially_copyable_v<ElectionState>);

// The bytes that another process exported. nullopt: of another layout, or not such a state.
std::optional<ElectionState> import_state(std::span<const std::byte> bytes);
inline std::span<const std::byte> export_state(const ElectionState& state) {
  return std::as_bytes(std::span(&state, 1));
}

// A received advert that passed receive().
struct HeardAdvert {
  Ip from;
  uint8_t priority = 0;
  int64_t interval_ns = 0;  // not 0
  SequenceSeen sequence = {};
};

// Every method is an event that happens at `now_ns`, and returns what is to be done about it.
class Election {
 public:
  Election(const ElectionSettings& settings, uint8_t priority) : settings_(settings) {
    state_.priority = priority;
  }
  // Takes up the state of a predecessor; resume() follows.
  Election(const ElectionSettings& settings, const ElectionState& state)
      : settings_(settings), state_(state) {}

  // Out of Initialize (section 6.4.1). `hold_until_ns`: listens until then, as `startup-delay`
  // says. Stays in Fault if a fault was reported before.
  ActionList start(int64_t now_ns, int64_t hold_until_ns = 0);
  ActionList resume(int64_t now_ns);  // only arms the timer
  ActionList timer(int64_t now_ns);   // early calls are harmless
  ActionList heard(const HeardAdvert& advert, int64_t now_ns);
  // After kSendAdvert was tried. The timer for the next advert is armed here and nowhere else: an
  // advert that did not leave is tried again after a tenth of the interval.
  ActionList sent(bool ok, int64_t now_ns);
  ActionList set_priority(uint8_t priority, int64_t now_ns);  // 1 to 255
  ActionList fault(const char* reason, int64_t now_ns);
  ActionList recovered(int64_t now_ns);  // of the last fault there was
  // An interface was down for so short a time that no fault came of it.
  ActionList link_up(int64_t now_ns);
  ActionList address_lost(int64_t now_ns);  // somebody deleted a virtual address of ours
  ActionList consent(int64_t now_ns);
  ActionList withhold(const char* reason, int64_t now_ns);
  // The network is back: a master may advertise any moment now. Waits once more.
  ActionList reconnected(const char* reason, int64_t now_ns);
  // Gives up mastership because another member of the group has; `soon`: the member waits for the
  // skew time only, and so do we.
  ActionList follow_to_backup(bool soon, int64_t now_ns);
  // Another member of the group met another master (RFC 9568 knows no groups).
  ActionList announce_again();
  ActionList maintenance(bool on, int64_t now_ns);  // on: not master until off
  ActionList release(int64_t now_ns);               // to whoever else wants to be master
  ActionList stop(int64_t now_ns);                  // Shutdown
  // Shutdown as well, but a master holds the addresses, silent, until another one advertises: for
  // as long as the slowest successor may take, at most. Ends in Initialize.
  ActionList leave(int64_t now_ns);
  bool is_leaving() const { return leaving_; }

  void set_address(const Ip& address) { settings_.address = address; }
  void set_settings(const ElectionSettings& settings) { settings_ = settings; }
  const ElectionSettings& settings() const { return settings_; }
  const ElectionState& state() const { return state_; }
  AuthSequences& sequences() { return state_.sequences; }  // for what is sent
  VrrpState role() const { return state_.role; }
  uint8_t priority() const;                             // to be advertised
  int64_t timer_ns() const { return state_.timer_ns; }  // lateness is measured against it
  int64_t master_down_ns() const;                       // Active_Down_Interval as of now
  int64_t skew_ns() const;
  // An advert was accepted, or discarded in favour of our own, within Active_Down_Interval.
  bool hears_peer(int64_t now_ns) const {
    return state_.heard_ns != 0 && now_ns - state_.heard_ns < master_down_ns();
  }
  // Another master has sent more than one advert, the last of them less than three of its intervals
  // ago, and does not give way.
  bool is_split(int64_t now_ns) const;

 private:
  bool accepts_lower(int64_t now_ns);
  bool overslept(int64_t allowed_ns, int64_t now_ns) const;
  void arm(int64_t at_ns, ActionList& out);
  void enter(VrrpState role, const char* reason, const HeardAdvert* cause, int64_t now_ns,
             ActionList& out);
  void consent_given(int64_t now_ns, ActionList& out);
  void become_master(const char* reason, int64_t now_ns, ActionList& out);
  void become_backup(int64_t timer_ns, const char* reason, const HeardAdvert* cause, int64_t now_ns,
                     ActionList& out);
  void resign(int64_t timer_ns, const char* reason, int64_t now_ns, ActionList& out);
  void listen(const char* reason, int64_t now_ns, ActionList& out);
  void wake_backup(int64_t now_ns, ActionList& out);
  void wake_master(int64_t now_ns, ActionList& out);
  void heard_as_backup(const HeardAdvert& advert, int64_t now_ns, ActionList& out);
  void heard_as_master(const HeardAdvert& advert, int64_t now_ns, ActionList& out);
  void follow_master(const HeardAdvert& advert, int64_t now_ns);
  void contest(const HeardAdvert& advert, int64_t now_ns, ActionList& out);
  bool other_owner_prevails(const HeardAdvert& advert, int64_t now_ns);
  void answer(int64_t now_ns, ActionList& out);
  void depart(const char* reason, const HeardAdvert* cause, int64_t now_ns, ActionList& out);

  ElectionSettings settings_;
  ElectionState state_;
  bool leaving_ = false;
};

}  // namespace hawser::vrrp
