// SPDX-License-Identifier: MIT
// Many deadlines at no cost while they move: one wheel per process instead of a libuv timer per
// connection.
//
// A deadline that moves later, as nearly all do, is a store into the entry; the wheel notices when
// the old slot comes round and files the entry anew. Only a deadline that moves earlier is filed at
// once. Resolution 1 ms; never early.
#pragma once

#include <array>
#include <cstdint>

namespace hawser {

// Embedded in what has a deadline; leaves the wheel when destroyed.
class WheelEntry {
 public:
  using Callback = void (*)(WheelEntry&);
  explicit WheelEntry(Callback callback) : callback_(callback) {}
  ~WheelEntry() { unlink(); }
  WheelEntry(const WheelEntry&) = delete;
  WheelEntry& operator=(const WheelEntry&) = delete;

  bool is_set() const { return deadline_ms_ != kNever; }
  int64_t deadline_ms() const { return deadline_ms_; }
  void clear() { deadline_ms_ = kNever; }  // stays filed until its slot comes round

 private:
  friend class TimerWheel;
  static constexpr int64_t kNever = INT64_MAX;
  void unlink();
  Callback callback_;
  WheelEntry* next_ = nullptr;
  WheelEntry** link_ = nullptr;  // what points here; nullptr: not filed
  int64_t deadline_ms_ = kNever;
  int64_t filed_ms_ = kNever;  // when the wheel looks at it
};

class TimerWheel {
 public:
  explicit TimerWheel(int64_t now_ms) : now_ms_(now_ms) {}

  // A deadline in the past is due at the next millisecond.
  void set(WheelEntry& entry, int64_t deadline_ms);
  // Calls what is due at `now_ms`. A callback may set, clear or destroy any entry.
  void advance(int64_t now_ms);
  // When to call advance() next, at the latest; INT64_MAX: nothing is filed.
  int64_t next_ms() const;

 private:
  // A slot of level n is 64^n ms wide; five levels reach 12 days, beyond which an entry is filed at
  // the far end and looked at again there.
  static constexpr int kLevels = 5;
  static constexpr int kBits = 6;
  static constexpr int64_t kSlots = 1 << kBits;
  void file(WheelEntry& entry);
  std::array<std::array<WheelEntry*, kSlots>, kLevels> slots_{};
  std::array<uint64_t, kLevels> occupied_{};  // a bit per slot; may be set for an empty one
  int64_t now_ms_;
};

}  // namespace hawser
