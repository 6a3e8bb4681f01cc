// SPDX-License-Identifier: MIT
#include "vrrp/timers.h"

namespace hawser::vrrp {

int64_t skew_ns(uint8_t version, uint8_t priority, int64_t interval_ns) {
  constexpr int64_t kSecond = 1'000'000'000;
  return (256 - priority) * (version == 2 ? kSecond : interval_ns) / 256;
}

int64_t master_down_ns(uint8_t version, uint8_t priority, int64_t interval_ns, uint32_t adverts) {
  return adverts * interval_ns + skew_ns(version, priority, interval_ns);
}

int64_t next_beat_ns(int64_t due_ns, int64_t interval_ns, int64_t now_ns) {
  const int64_t next = due_ns + interval_ns;
  return now_ns >= due_ns && now_ns < next ? next : now_ns + interval_ns;
}

}  // namespace hawser::vrrp
