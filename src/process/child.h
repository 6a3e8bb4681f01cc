// SPDX-License-Identifier: MIT
// The life of a worker or control process, from fork(2) to its exit code.
#pragma once

#include <sys/types.h>

#include "base/fd.h"
#include "process/inherited.h"

namespace hawser {

// What the master made for one child.
struct ChildSeat {
  uint32_t slot = 0;  // ProcessSlot
  pid_t master = 0;
  Fd channel;  // to the master
  Fd stack;    // where its stack goes when it hangs, and whose end tells of its own; see Lifeline
};

// To be called in the new process, which must not touch the master's loop, and exits with what this
// returns: 0 after a soft stop or an orderly end, 1 when it cannot serve.
int run_child(const Inherited& inherited, const RoleMakers& makers, ChildSeat seat);

// Shows the others on every turn, and at least every 100 ms, that this loop is alive.
void beat_on_every_turn(Loop& loop, Heartbeat& heartbeat);

}  // namespace hawser
