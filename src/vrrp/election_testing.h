// SPDX-License-Identifier: MIT
// For tests of the election: a router with a fake clock, which carries out its actions by writing
// them down.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>

#include "vrrp/election.h"
#include "vrrp/testing.h"

namespace hawser::vrrp {

class Router {
 public:
  Router(int version, uint8_t priority, int64_t advert_ns = kSecond,
         const char* address = "10.0.0.5")
      : priority_(priority) {
    settings.version = static_cast<uint8_t>(version);
    settings.advert_ns = advert_ns;
    settings.address = ip(address);
  }
  // One that has become master, with nothing written down.
  static Router master(int version, uint8_t priority, int64_t advert_ns = kSecond,
                       const char* address = "10.0.0.5") {
    Router router(version, priority, advert_ns, address);
    router.start();
    if (router->role() != VrrpState::kMaster) router.run_timer();
    router.forget();
    return router;
  }

  ElectionSettings settings;  // before start()
  bool can_send = true;

  Election* operator->() { return &*election_; }
  int64_t now() const { return now_; }
  void at(int64_t now_ns) { now_ = now_ns; }
  void pass(int64_t ns) { now_ += ns; }

  void start(int64_t hold_until_ns = 0) {
    election_.emplace(settings, priority_);
    carry_out(election_->start(now_, hold_until_ns));
  }
  // At the moment it is due, or later.
  void run_timer(int64_t late_ns = 0) {
    HW_ASSERT(election_->timer_ns() != kNever);
    now_ = std::max(now_, election_->timer_ns() + late_ns);
    carry_out(election_->timer(now_));
  }
  void hear(const char* from, uint8_t priority, int64_t interval_ns = kSecond,
            SequenceSeen sequence = {}) {
    carry_out(election_->heard({ip(from), priority, interval_ns, sequence}, now_));
  }
  void stop() { carry_out(election_->stop(now_)); }
  void leave() { carry_out(election_->leave(now_)); }
  void fault(const char* reason) { carry_out(election_->fault(reason, now_)); }
  void recovered() { carry_out(election_->recovered(now_)); }
  void set_priority(uint8_t priority) { carry_out(election_->set_priority(priority, now_)); }
  void carry_out(const ActionList& actions) {
    for (const Action& action : actions) carry_out(action);
  }
  // The state goes to a successor as bytes.
  void hand_over() {
    const auto bytes = export_state(election_->state());
    const std::vector<std::byte> copy(bytes.begin(), bytes.end());
    const auto state = import_state(copy);
    HW_ASSERT(state.has_value());
    election_.emplace(settings, *state);
    carry_out(election_->resume(now_));
  }

  // What was done since forget(), in one line.
  const std::string& did() const { return did_; }
  const std::string& reason() const { return reason_; }  // of the last transition or note
  void forget() { did_.clear(); }

 private:
  void note(const std::string& what) { did_ += (did_.empty() ? "" : " ") + what; }
  void carry_out(const Action& action) {
    using Kind = Action::Kind;
    static constexpr const char* kRoles[] = {"init", "backup", "master", "fault"};
    switch (action.kind) {
      case Kind::kSendAdvert:
        note(fmt::format("{}({})", can_send ? "advert" : "unsent", election_->priority()));
        return carry_out_sent();
      case Kind::kSendStop:
        return note("advert(0)");
      case Kind::kTakeAddresses:
        return note("take");
      case Kind::kGiveUpAddresses:
        return note("give-up");
      case Kind::kAnnounce:
        return note("announce");
      case Kind::kAnnounceAgain:
        return note("announce-again");
      case Kind::kAskConsent:
        return note("ask");
      case Kind::kArmTimer:
        HW_ASSERT(action.at_ns == election_->timer_ns());
        return note(action.at_ns == kNever
                        ? std::string("no-timer")
                        : fmt::format("timer+{}", static_cast<double>(action.at_ns - now_) / kMs));
      case Kind::kTransition:
        reason_ = phrase(action);
        return note(fmt::format("{}>{}", kRoles[static_cast<size_t>(action.from)],
                                kRoles[static_cast<size_t>(action.to)]));
      case Kind::kReassert:
        return note("reassert");
      case Kind::kNote:
        reason_ = phrase(action);
        return note("note");
    }
    HW_UNREACHABLE();
  }
  void carry_out_sent() { carry_out(election_->sent(can_send, now_)); }

  uint8_t priority_;
  std::optional<Election> election_;
  int64_t now_ = 0;
  std::string did_, reason_;
};

}  // namespace hawser::vrrp
