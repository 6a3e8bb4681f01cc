// SPDX-License-Identifier: MIT
#include "vrrp/sequence.h"

#include <algorithm>

namespace hawser::vrrp {

bool AhSequence::accepts(uint32_t received) const {
  return received > value_ || (value_ >= kCycle && received < kLow);
}

uint32_t AhSequence::next() {
  value_ = value_ >= kCycle ? 1 : value_ + 1;
  return value_;
}

bool HmacSequence::accepts(const Ip& sender, uint64_t stamp) const {
  for (const Sender& known : senders_) {
    if (known.used != 0 && known.address == sender) {
      return static_cast<int64_t>(stamp - known.stamp) > 0;
    }
  }
  return true;
}

void HmacSequence::receive(const Ip& sender, uint64_t stamp) {
  const auto known = std::find_if(senders_.begin(), senders_.end(), [&](const Sender& one) {
    return one.used != 0 && one.address == sender;
  });
  Sender& slot =
      known != senders_.end()
          ? *known
          : *std::min_element(senders_.begin(), senders_.end(),
                              [](const Sender& a, const Sender& b) { return a.used < b.used; });
  slot = {.address = sender, .stamp = stamp, .used = ++uses_};
}

void HmacSequence::follow(uint64_t stamp) {
  if (sent_ == 0 || static_cast<int64_t>(stamp - sent_) > 0) sent_ = stamp;
}

uint64_t HmacSequence::next(int64_t unix_ns) {
  constexpr int64_t kSecond = 1'000'000'000;
  const auto seconds = static_cast<uint64_t>(unix_ns / kSecond);
  const auto fraction = static_cast<uint64_t>((unix_ns % kSecond << 16) / kSecond);
  const uint64_t time = seconds << 32 | fraction << 16;
  const bool is_later = sent_ == 0 || static_cast<int64_t>(time - sent_) > 0;
  sent_ = is_later ? time : sent_ + 1;
  return sent_;
}

}  // namespace hawser::vrrp
