// SPDX-License-Identifier: MIT
#include "loop/timer_wheel.h"

#include <algorithm>
#include <bit>

namespace hawser {

void WheelEntry::unlink() {
  if (link_ == nullptr) return;
  *link_ = next_;
  if (next_ != nullptr) next_->link_ = link_;
  next_ = nullptr;
  link_ = nullptr;
}

void TimerWheel::set(WheelEntry& entry, int64_t deadline_ms) {
  entry.deadline_ms_ = std::max(deadline_ms, now_ms_ + 1);
  if (entry.link_ != nullptr && entry.deadline_ms_ >= entry.filed_ms_) return;
  entry.unlink();
  file(entry);
}

void TimerWheel::file(WheelEntry& entry) {
  // The finest level whose slots reach the deadline; its tick there is at least one ahead of the
  // present one.
  int level = 0;
  int64_t tick = entry.deadline_ms_;
  int64_t current = now_ms_;
  while (tick - current >= kSlots && level < kLevels - 1) {
    tick >>= kBits;
    current >>= kBits;
    ++level;
  }
  tick = std::min(tick, current + kSlots - 1);
  const auto slot = static_cast<size_t>(tick & (kSlots - 1));
  entry.filed_ms_ = tick << (kBits * level);
  entry.next_ = slots_[level][slot];
  entry.link_ = &slots_[level][slot];
  if (entry.next_ != nullptr) entry.next_->link_ = &entry.next_;
  slots_[level][slot] = &entry;
  occupied_[level] |= uint64_t{1} << slot;
}

void TimerWheel::advance(int64_t now_ms) {
  if (now_ms <= now_ms_) return;
  WheelEntry* due = nullptr;
  for (int level = 0; level < kLevels; ++level) {
    const int64_t from = now_ms_ >> (kBits * level);
    const int64_t to = now_ms >> (kBits * level);
    if (to == from) break;  // coarser levels have not moved either
    const int64_t passed = std::min(to - from, kSlots);
    for (int64_t tick = to - passed + 1; tick <= to && occupied_[level] != 0; ++tick) {
      const auto slot = static_cast<size_t>(tick & (kSlots - 1));
      if ((occupied_[level] >> slot & 1) == 0) continue;
      occupied_[level] &= ~(uint64_t{1} << slot);
      while (WheelEntry* entry = slots_[level][slot]) {
        entry->unlink();
        entry->next_ = due;
        entry->link_ = &due;
        if (due != nullptr) due->link_ = &entry->next_;
        due = entry;
      }
    }
  }
  now_ms_ = now_ms;
  // The list is relinked as it shrinks, so a callback may destroy any entry of it.
  while (due != nullptr) {
    WheelEntry& entry = *due;
    entry.unlink();
    if (entry.deadline_ms_ == WheelEntry::kNever) continue;
    if (entry.deadline_ms_ > now_ms_) {
      file(entry);
      continue;
    }
    entry.clear();
    entry.callback_(entry);
  }
}

int64_t TimerWheel::next_ms() const {
  int64_t next = INT64_MAX;
  for (int level = 0; level < kLevels; ++level) {
    if (occupied_[level] == 0) continue;
    const int64_t current = now_ms_ >> (kBits * level);
    const auto shift = static_cast<int>((current + 1) & (kSlots - 1));
    const int64_t tick = current + 1 + std::countr_zero(std::rotr(occupied_[level], shift));
    next = std::min(next, tick << (kBits * level));
  }
  return next;
}

}  // namespace hawser
