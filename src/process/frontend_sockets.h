// SPDX-License-Identifier: MIT
// What becomes of the listening sockets of frontends that are paused, resumed and stopped at run
// time.
#pragma once

#include "base/result.h"
#include "process/listeners.h"
#include "shm/shared.h"

namespace hawser {

// From now on the kernel refuses clients, in whichever process they are waited for. Unix sockets
// and those that were inherited (fd@N) are left as they are: their clients wait.
void pause_sockets(const Listeners& listeners, uint32_t proxy);

// The way back. Another program may listen on a port by now: then all stay paused.
Result<> resume_sockets(const Listeners& listeners, uint32_t proxy);

// Control's part of a change of a frontend: for all processes, noted in shared memory, and told to
// those that accept.
Result<> switch_frontend(Shared& shared, const Listeners& listeners, uint32_t proxy,
                         FrontendStanding standing);

}  // namespace hawser
