// SPDX-License-Identifier: MIT
#include "vrrp/arbiter_rounds.h"

#include <algorithm>

namespace hawser::vrrp {
namespace {

// Between two requests of somebody who waits: one that is lost must not cost an interval.
constexpr int64_t kAgainNs = 100'000'000;

}  // namespace

bool ArbiterRounds::pass(int64_t now_ns) {
  if (round_open_ && now_ns - round_ns_ >= settings_.timeout_ns) {
    round_open_ = false;
    failed(now_ns);
  }
  if (round_open_ || now_ns < due_ns()) return false;
  round_ns_ = now_ns;
  round_open_ = true;
  return true;
}

int64_t ArbiterRounds::due_ns() const {
  if (round_ns_ == INT64_MIN) return INT64_MIN;
  return round_ns_ + (round_open_ ? settings_.timeout_ns : settings_.interval_ns);
}

uint16_t ArbiterRounds::ask(int64_t now_ns) {
  asked_ns_ = now_ns;
  ++last_sequence_;
  requests_[last_sequence_ % requests_.size()] = {now_ns, last_sequence_, true};
  return last_sequence_;
}

bool ArbiterRounds::answered(uint16_t sequence, int64_t now_ns) {
  Request& request = requests_[sequence % requests_.size()];
  if (!request.open || request.sequence != sequence) return false;
  request.open = false;
  proven_ns_ = std::max(proven_ns_, request.sent_ns);
  round_trip_ns_ = now_ns - request.sent_ns;
  if (round_open_ && request.sent_ns >= round_ns_ && round_trip_ns_ < settings_.timeout_ns) {
    round_open_ = false;
    passed(now_ns);
  }
  return true;
}

void ArbiterRounds::enter(State state, int64_t now_ns) {
  state_ = state;
  since_ns_ = now_ns;
  streak_ = 0;
}

// Before anything is known, one answer says enough.
void ArbiterRounds::passed(int64_t now_ns) {
  if (state_ == State::kAnswers) {
    streak_ = 0;
  } else if (state_ == State::kUnknown || ++streak_ >= settings_.rise) {
    enter(State::kAnswers, now_ns);
  }
}

void ArbiterRounds::failed(int64_t now_ns) {
  if (state_ == State::kSilent) {
    streak_ = 0;
  } else if (++streak_ >= settings_.fall) {
    enter(State::kSilent, now_ns);
  }
}

ArbiterRounds::Verdict ArbiterRounds::judge(int64_t since_ns, int64_t now_ns) const {
  if (state_ == State::kAnswers && proven_ns_ >= since_ns) return Verdict::kMay;
  if (state_ == State::kSilent) return Verdict::kIsolated;
  if (asked_ns_ < since_ns || now_ns - asked_ns_ >= kAgainNs) return Verdict::kAsk;
  return now_ns - since_ns >= settings_.timeout_ns ? Verdict::kIsolated : Verdict::kWait;
}

}  // namespace hawser::vrrp
