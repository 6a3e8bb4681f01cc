// SPDX-License-Identifier: MIT
#include "base/rng.h"

#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"

namespace hawser {

Rng Rng::from_system() {
  uint64_t seed = 0;
  if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != sizeof seed) {
    // Early in a boot: processes and moments still differ.
    seed = static_cast<uint64_t>(monotonic_ns()) ^ static_cast<uint64_t>(getpid()) << 32;
  }
  return Rng(seed);
}

}  // namespace hawser
