// SPDX-License-Identifier: MIT
// When a server is checked, how long an attempt may take, and how a server that comes back is given
// its full weight: arithmetic only.
#pragma once

#include <cstdint>

#include "check/verdict.h"
#include "config/model.h"

namespace hawser {

// Until the next check, by how sure the last verdict is: inter, fastinter or downinter.
Millis check_interval(const ServerSettings& server, Certainty certainty);

// `interval` moved by up to ±`percent`; `random` is uniform in [0, 1].
Millis spread(Millis interval, uint32_t percent, double random);

// The wait before the first check of the check at `position` of `count`, so that the start of the
// program is no burst: `shortest` is the smallest interval of them all, `limit` is
// max-spread-checks (0: none).
Millis first_delay(uint64_t position, uint64_t count, Millis shortest, Millis limit);

// Limits of one attempt. Without `timeout check`, `inter` limits the whole of it; with it, the
// connection has the lesser of `timeout connect` and `inter`, and the conversation `timeout check`.
struct CheckTimeouts {
  Millis connect;
  Millis answer;  // 0: what is left of `connect`
};
CheckTimeouts check_timeouts(const ProxyConfig& backend, const ServerSettings& server);

// Slow start: in how many sixteenths of its weight a server takes traffic `elapsed_ms` after it
// came back, 1 … 16, and when the next step is due (0: it has its full weight).
uint32_t slowstart_sixteenths(int64_t elapsed_ms, Millis slowstart);
int64_t slowstart_next_ms(int64_t elapsed_ms, Millis slowstart);

}  // namespace hawser
