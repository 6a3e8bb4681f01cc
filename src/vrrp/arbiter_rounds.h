// SPDX-License-Identifier: MIT
// What the answers of an arbiter prove, and when it is asked next. No socket, no clock.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace hawser::vrrp {

struct ArbiterSettings {
  int64_t interval_ns = 1'000'000'000;
  int64_t timeout_ns = 1'000'000'000;  // at most the interval
  uint32_t rise = 1, fall = 3;
};

// One request an interval opens a round, which an answer closes, or the timeout. Whoever waits to
// become master asks besides, as an answer from before his peer fell silent proves nothing.
class ArbiterRounds {
 public:
  enum class State : uint8_t { kUnknown, kAnswers, kSilent };
  enum class Verdict : uint8_t {
    kMay,       // become master: it answered a request of this time
    kAsk,       // send a request, and come back
    kWait,      // for the answer
    kIsolated,  // it does not answer
  };

  explicit ArbiterRounds(const ArbiterSettings& settings) : settings_(settings) {}

  // Time has passed. true: a round begins, for which a request is to be sent.
  bool pass(int64_t now_ns);
  int64_t due_ns() const;                            // when pass() has something to do
  uint16_t ask(int64_t now_ns);                      // a request leaves; its sequence number
  bool answered(uint16_t sequence, int64_t now_ns);  // false: no request of ours, or not the first

  State state() const { return state_; }
  int64_t since_ns() const { return since_ns_; }            // of the state
  int64_t round_trip_ns() const { return round_trip_ns_; }  // of the last answer
  // For somebody who hears no peer, and has wanted to be master since `since_ns`.
  Verdict judge(int64_t since_ns, int64_t now_ns) const;

 private:
  struct Request {
    int64_t sent_ns = 0;
    uint16_t sequence = 0;
    bool open = false;
  };
  void enter(State state, int64_t now_ns);
  void passed(int64_t now_ns);
  void failed(int64_t now_ns);

  ArbiterSettings settings_;
  std::array<Request, 64> requests_;  // by sequence number; what is overwritten is too old
  uint16_t last_sequence_ = 0;
  int64_t asked_ns_ = INT64_MIN;   // last request
  int64_t proven_ns_ = INT64_MIN;  // when the last request left that was answered
  int64_t round_trip_ns_ = 0;
  int64_t round_ns_ = INT64_MIN;  // begin of the round
  bool round_open_ = false;
  State state_ = State::kUnknown;
  int64_t since_ns_ = 0;
  uint32_t streak_ = 0;  // of rounds that contradict the state
};

}  // namespace hawser::vrrp
