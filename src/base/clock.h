// SPDX-License-Identifier: MIT
// Time. Everything inside runs on the monotonic clock; the wall clock is for logs, dates and
// cookies only.
#pragma once

#include <chrono>
#include <cstdint>

namespace hawser {

using Millis = std::chrono::milliseconds;
using Micros = std::chrono::microseconds;

// Nanoseconds of CLOCK_MONOTONIC (the same in every process), and of CLOCK_REALTIME.
int64_t monotonic_ns();
int64_t realtime_ns();
inline int64_t monotonic_ms() { return monotonic_ns() / 1'000'000; }

}  // namespace hawser
