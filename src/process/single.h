// SPDX-License-Identifier: MIT
// All roles on one loop in one process, for debuggers, fuzzers and test drivers (-d).
#pragma once

#include "process/inherited.h"

namespace hawser {

// Serves until a signal ends it; returns the exit code. Nothing is forked.
int run_single(const Inherited& inherited, const RoleMakers& makers);

}  // namespace hawser
