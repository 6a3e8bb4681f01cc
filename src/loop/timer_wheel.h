// SPDX-License-Identifier: MIT
// Many deadlines at no cost while they move: one wheel per worker instead of a libuv timer per
// connection.
//
// A deadline that moves later, as nearly all do, is a store into the entry; the wheel notices when
// the old slot comes round and files the entry anew. Only an earlier deadline moves the entry at
// once. Resolution: 1 ms for the next 256 ms, then coarser (a deadline never fires early, and late
// by at most 1/64 of its distance).
#pragma once

#include <array>
#include <cstdint>

namespace hawser {

class TimerWheel;

// Embedded in what has a deadline; unlinks itself when destroyed. Not copyable, not movable.
class WheelEntry {
 public:
  using Callback = void (*)(WheelEntry&);
  explicit WheelEntry(Callback callback) : callback_(callback) {}
  ~WheelEntry() { unlink(); }
  WheelEntry(const WheelEntry&) = delete;
  WheelEntry& operator=(const WheelEntry&) = delete;

  bool is_set() const { return deadline_ms_ != kNever; }
  int64_t deadline_ms() const { return deadline_ms_; }
  void clear() { deadline_ms_ = kNever; }  // stays filed until its slot comes round; costs nothing

 private:
  friend class TimerWheel;
  static constexpr int64_t kNever = INT64_MAX;
  void unlink();
  Callback callback_;
  WheelEntry* next_ = nullptr;
  WheelEntry** link_ = nullptr;  // what points here; nullptr: not filed
  int64_t deadline_ms_ = kNever;
  int64_t filed_ms_ = kNever;  // the time of the slot it is filed under
};

class TimerWheel {
 public:
  explicit TimerWheel(int64_t now_ms) : now_ms_(now_ms) {}

  void set(WheelEntry& entry, int64_t deadline_ms);
  // Calls what is due at `now_ms`, in order of slots. A callback may set, clear or destroy any
  // entry.
  void advance(int64_t now_ms);
  // When to call advance() next, at the latest; INT64_MAX: nothing is filed.
  int64_t next_ms() const;

 private:
  static constexpr int kLevels = 5;
  static constexpr int kSlots = 256;
  void file(WheelEntry& entry, int64_t when_ms);
  std::array<std::array<WheelEntry*, kSlots>, kLevels> slots_{};
  std::array<uint32_t, kLevels> filled_{};  // entries per level, so that empty levels cost nothing
  int64_t now_ms_;
};

}  // namespace hawser
