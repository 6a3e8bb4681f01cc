// SPDX-License-Identifier: MIT
// How soon the kernel runs a process that could run. The master, which does next to nothing, and a
// worker that has just been born go before everybody else, so that on a machine whose every core is
// busy a worker that died is back as soon as on an idle one.
#pragma once

#include <optional>

namespace hawser {

struct Priority {
  int policy = 0;  // of sched(7)
  int level = 0;   // among processes of a real-time policy
  int nice = 0;    // among the others

  static Priority own();
  // Of this process. The way back from a higher one is always permitted.
  void apply() const;
};

// Lets this process, and those that it forks, go before all ordinary ones. The priority to go back
// to; nullopt: nothing was changed, because that is not permitted or the administrator has given
// it a real-time priority already.
std::optional<Priority> raise_priority();

}  // namespace hawser
