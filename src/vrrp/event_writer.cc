// SPDX-License-Identifier: MIT
#include "vrrp/event_writer.h"

#include <string.h>

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "loop/watch.h"

namespace hawser {

void EventWriter::write(uint32_t instance, uint32_t what, uint8_t priority, LogLevel level,
                        std::string_view text) {
  VrrpEventRing& ring = shared_.vrrp_events();
  const uint64_t number = ring.written.load(std::memory_order_relaxed) + 1;
  VrrpEventEntry& entry = ring.entries[number % kVrrpEvents];
  // A reader that is copying it sees that it changed under its hands.
  entry.number.store(0, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  entry.at_ns = realtime_ns();
  entry.instance = instance;
  entry.what = what;
  entry.priority = priority;
  entry.severity = static_cast<uint32_t>(level);
  const size_t length = std::min(text.size(), sizeof entry.text - 1);
  memcpy(entry.text, text.data(), length);
  entry.text[length] = '\0';
  entry.number.store(number, std::memory_order_release);
  ring.written.store(number, std::memory_order_release);
  Doorbell::ring(shared_.process(kControlSlot).doorbell.load(std::memory_order_relaxed));
}

std::optional<uint32_t> Repeats::count(int64_t now_ns) {
  constexpr int64_t kMinute = 60'000'000'000;
  if (said_ns_ != INT64_MIN && now_ns - said_ns_ < kMinute) {
    ++silent_;
    return std::nullopt;
  }
  said_ns_ = now_ns;
  return std::exchange(silent_, 0);
}

}  // namespace hawser
