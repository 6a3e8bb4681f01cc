// SPDX-License-Identifier: MIT
// One-shot deadlines of control's VRRP part, on a clock that a test can hold in its hands.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "base/clock.h"
#include "loop/timer_wheel.h"

namespace hawser {

// To be advanced by its owner: once a turn, and at next_ms() at the latest.
class Deadlines {
 public:
  using Clock = std::function<int64_t()>;  // monotonic, in milliseconds
  explicit Deadlines(Clock clock) : clock_(std::move(clock)), wheel_(clock_()) {}

  int64_t now_ms() const { return clock_(); }
  void advance() { wheel_.advance(clock_()); }
  int64_t next_ms() const { return wheel_.next_ms(); }

 private:
  friend class Deadline;
  Clock clock_;
  TimerWheel wheel_;
};

// Its action may set any deadline, but must not destroy the one it belongs to.
class Deadline : private WheelEntry {
 public:
  Deadline(Deadlines& owner, std::function<void()> action)
      : WheelEntry([](WheelEntry& entry) { static_cast<Deadline&>(entry).action_(); }),
        owner_(owner),
        action_(std::move(action)) {}

  void set_in(Millis delay) { set_at(owner_.now_ms() + delay.count()); }
  void set_at(int64_t now_ms) { owner_.wheel_.set(*this, now_ms); }
  using WheelEntry::clear;
  using WheelEntry::is_set;

 private:
  Deadlines& owner_;
  std::function<void()> action_;
};

}  // namespace hawser
