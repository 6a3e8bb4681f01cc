// SPDX-License-Identifier: MIT
#include "vrrp/timers.h"

#include "base/testing.h"
#include "vrrp/testing.h"

namespace hawser::vrrp {
namespace {

TEST_CASE("the skew of VRRPv2 is a part of a second, of VRRPv3 a part of the interval", "[vrrp]") {
  struct {
    uint8_t version, priority;
    int64_t interval_ns, skew_us, down_us;
  } const rows[] = {
      {2, 254, kSecond, 7'812, 3'007'812},
      {2, 100, kSecond, 609'375, 3'609'375},
      {2, 98, kSecond, 617'187, 3'617'187},
      {2, 1, kSecond, 996'093, 3'996'093},
      {2, 100, 5 * kSecond, 609'375, 15'609'375},
      {3, 100, 100 * kMs, 60'937, 360'937},
      {3, 100, 10 * kMs, 6'093, 36'093},
      {3, 255, 100 * kMs, 390, 300'390},
      {3, 1, 40'950 * kMs, 40'790'039, 163'640'039},
  };
  for (const auto& row : rows) {
    INFO("version " << int{row.version} << " priority " << int{row.priority});
    CHECK(skew_ns(row.version, row.priority, row.interval_ns) / 1000 == row.skew_us);
    CHECK(master_down_ns(row.version, row.priority, row.interval_ns, 3) / 1000 == row.down_us);
  }
  CHECK(master_down_ns(3, 100, 100 * kMs, 1) == 160'937'500);
}

TEST_CASE("lateness does not add up, and a missed beat is not made up for", "[vrrp]") {
  CHECK(next_beat_ns(1000, 100, 1000) == 1100);
  CHECK(next_beat_ns(1000, 100, 1030) == 1100);
  CHECK(next_beat_ns(1000, 100, 1099) == 1100);
  CHECK(next_beat_ns(1000, 100, 1100) == 1200);
  CHECK(next_beat_ns(1000, 100, 5000) == 5100);
  CHECK(next_beat_ns(1000, 100, 950) == 1050);
}

}  // namespace
}  // namespace hawser::vrrp
