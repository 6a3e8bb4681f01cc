// SPDX-License-Identifier: MIT
#include "check/schedule.h"

#include <algorithm>

#include "base/assert.h"

namespace hawser {

Millis check_interval(const ServerSettings& server, Certainty certainty) {
  const auto or_inter = [&server](Millis value) {
    return value.count() > 0 ? value : server.inter;
  };
  switch (certainty) {
    case Certainty::kUp:
      return server.inter;
    case Certainty::kDown:
      return or_inter(server.downinter);
    case Certainty::kTransition:
      return or_inter(server.fastinter);
  }
  HW_UNREACHABLE();
}

Millis spread(Millis interval, uint32_t percent, double random) {
  const double share = static_cast<double>(percent) / 100 * (2 * random - 1);
  const auto moved = static_cast<int64_t>(static_cast<double>(interval.count()) * (1 + share));
  return Millis(std::max<int64_t>(1, moved));
}

Millis first_delay(uint64_t position, uint64_t count, Millis shortest, Millis limit) {
  const Millis window = limit.count() > 0 ? std::min(shortest, limit) : shortest;
  return window * static_cast<int64_t>(position) /
         static_cast<int64_t>(std::max<uint64_t>(1, count));
}

CheckTimeouts check_timeouts(const ProxyConfig& backend, const ServerSettings& server) {
  const Millis answer = backend.timeout(Timeout::kCheck);
  const Millis connect = backend.timeout(Timeout::kConnect);
  if (answer == kNoTimeout) return {server.inter, kNoTimeout};
  if (connect == kNoTimeout) return {server.inter, answer};
  return {std::min(connect, server.inter), answer};
}

uint32_t slowstart_sixteenths(int64_t elapsed_ms, Millis slowstart) {
  if (elapsed_ms >= slowstart.count()) return 16;
  return static_cast<uint32_t>(std::max<int64_t>(0, elapsed_ms) * 16 / slowstart.count()) + 1;
}

int64_t slowstart_next_ms(int64_t elapsed_ms, Millis slowstart) {
  if (elapsed_ms >= slowstart.count()) return 0;
  const int64_t reached = std::max<int64_t>(0, elapsed_ms) * 16 / slowstart.count();
  // Rounded up, so that the step is taken when its time has come and not a moment before.
  return ((reached + 1) * slowstart.count() + 15) / 16;
}

}  // namespace hawser
