// SPDX-License-Identifier: MIT
#include "shm/counters.h"

#include <algorithm>

namespace hawser {
namespace {

constexpr uint32_t kSamples = 1024;  // the averages' memory

}  // namespace

RateCounter::Now RateCounter::now() const {
  const uint64_t word = now_.load(std::memory_order_acquire);
  return {static_cast<uint32_t>(word >> 32), static_cast<uint32_t>(word)};
}

void RateCounter::add(int64_t now_ms, uint32_t n) {
  const auto second = static_cast<uint32_t>(now_ms / 1000);
  Now last = now();
  if (second != last.second) {
    previous_.store(second == last.second + 1 ? last.events : 0, std::memory_order_relaxed);
    last = {second, 0};
  }
  now_.store(uint64_t{last.second} << 32 | (last.events + n), std::memory_order_release);
}

RateCounter::Seconds RateCounter::seconds(int64_t now_ms) const {
  const Now last = now();
  const int64_t age = now_ms / 1000 - last.second;
  if (age > 1) return {};
  if (age == 1) return {0, last.events};
  return {last.events, previous_.load(std::memory_order_relaxed)};
}

uint64_t RateCounter::Seconds::rate(int64_t ms) const {
  // One event in the last second is shown for the whole of this one instead of fading to nothing.
  if (previous <= 1 && current == 0) return previous;
  return current + previous * static_cast<uint64_t>(1000 - ms) / 1000;
}

int64_t RateCounter::Seconds::wait_ms(int64_t ms, uint64_t limit) const {
  if (rate(ms) < limit) return 0;
  const int64_t left = 1000 - ms;
  if (current >= limit) return left + Seconds{0, current}.wait_ms(0, limit);
  if (previous <= 1 && current == 0) return left;
  // The most milliseconds that may be left of this second: `previous * left / 1000` is less than
  // what `current` leaves of the limit.
  return left - static_cast<int64_t>(((limit - current) * 1000 - 1) / previous);
}

uint32_t RateCounter::rate(int64_t now_ms) const {
  return static_cast<uint32_t>(seconds(now_ms).rate(now_ms % 1000));
}

uint32_t RateCounter::whole_second(int64_t now_ms) const {
  const Now last = now();
  const int64_t age = now_ms / 1000 - last.second;
  if (age == 0) return previous_.load(std::memory_order_relaxed);
  return age == 1 ? last.events : 0;
}

void TimeAverage::add(uint32_t ms) {
  uint64_t sum = sum_.load(std::memory_order_relaxed);
  const uint32_t count = count_.load(std::memory_order_relaxed);
  if (count < kSamples) {
    count_.store(count + 1, std::memory_order_relaxed);
  } else {
    sum -= (sum + kSamples - 1) / kSamples;
  }
  sum_.store(sum + ms, std::memory_order_relaxed);
  if (ms > max_.load(std::memory_order_relaxed)) max_.store(ms, std::memory_order_relaxed);
}

uint32_t TimeAverage::average() const {
  const uint32_t count = count_.load(std::memory_order_relaxed);
  if (count == 0) return 0;
  return static_cast<uint32_t>((sum_.load(std::memory_order_relaxed) + count - 1) / count);
}

void TimeAverage::reset() {
  sum_.store(0, std::memory_order_relaxed);
  count_.store(0, std::memory_order_relaxed);
  max_.store(0, std::memory_order_relaxed);
}

}  // namespace hawser
