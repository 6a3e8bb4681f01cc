// SPDX-License-Identifier: MIT
// Durations and sizes as the configuration writes them: the only parser and printer of quantities.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hawser {

// A number with an optional unit us, ms, s, m, h, d; `bare` is the unit of a number without one.
// Fractions are refused with a hint, as is anything over 2^31-1 milliseconds (HAProxy's
// TIMER_LOOK_BACK limit).
Result<std::chrono::microseconds> parse_duration(std::string_view text,
                                                 std::chrono::microseconds bare);

// A number with an optional unit k, m, g (powers of 1024; upper case too).
Result<uint64_t> parse_size(std::string_view text);

// "1d3h", "12m5s", "0s": as the statistics show a duration.
std::string print_duration(std::chrono::seconds duration);

}  // namespace hawser
