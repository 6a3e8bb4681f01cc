// SPDX-License-Identifier: MIT
#include "process/lifeline.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/resource.h>

#include <algorithm>

#include "process/stack_dump.h"

namespace hawser {
namespace {

// The kernel's table of descriptors has 2^n entries of 8 bytes: the last entry of a table costs no
// more than the first of its upper half.
constexpr int kFirstPlace = 4095;

}  // namespace

Lifeline::Lifeline(Fd fd) : fd_(std::move(fd)) {
  move_to(kFirstPlace);
  install_stack_dump(fd_.get());
}

void Lifeline::rise() {
  // Descriptors get the lowest number that is free.
  const Fd next(fcntl(fd_.get(), F_DUPFD_CLOEXEC, 0));
  if (next.get() > fd_.get() / 2) move_to(2 * fd_.get() + 1);
}

void Lifeline::move_to(int least) {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const auto highest = static_cast<int>(std::min<rlim_t>(limit.rlim_cur - 1, INT_MAX));
  least = std::min(least, highest);
  if (least <= fd_.get()) return;
  Fd higher(fcntl(fd_.get(), F_DUPFD_CLOEXEC, least));
  if (!higher) return;  // somebody has that number, or there is no memory: it works here as well
  move_stack_dump(higher.get());
  fd_ = std::move(higher);
}

}  // namespace hawser
