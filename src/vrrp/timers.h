// SPDX-License-Identifier: MIT
// The arithmetic of VRRP's timers, in nanoseconds.
#pragma once

#include <cstdint>

namespace hawser::vrrp {

inline constexpr int64_t kNsPerCentisecond = 10'000'000;

// Skew_Time: the lower the priority, the longer a backup waits. VRRPv2: (256 - priority) / 256
// seconds, whatever the interval (RFC 3768, section 6.1); VRRPv3: the same part of the master's
// interval (RFC 9568, section 6.1).
int64_t skew_ns(uint8_t version, uint8_t priority, int64_t interval_ns);

// Active_Down_Interval: `adverts` intervals, by the RFCs 3, and the skew time. `interval_ns` is our
// own in VRRPv2, the one learned from the master in VRRPv3.
int64_t master_down_ns(uint8_t version, uint8_t priority, int64_t interval_ns, uint32_t adverts);

// When a timer that was due at `due_ns`, and acted upon at `now_ns`, is due again: on the same
// beat, so that lateness does not add up; unless a whole beat was missed.
int64_t next_beat_ns(int64_t due_ns, int64_t interval_ns, int64_t now_ns);

}  // namespace hawser::vrrp
