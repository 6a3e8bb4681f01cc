// SPDX-License-Identifier: MIT
#include "base/clock.h"

#include <time.h>

namespace hawser {
namespace {

int64_t read_clock(clockid_t id) {
  timespec now;
  clock_gettime(id, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

}  // namespace

int64_t monotonic_ns() { return read_clock(CLOCK_MONOTONIC); }
int64_t realtime_ns() { return read_clock(CLOCK_REALTIME); }

}  // namespace hawser
