// SPDX-License-Identifier: MIT
// A process none of whose pages leave memory.
#pragma once

#include "base/result.h"

namespace hawser {

// From now on and for what is mapped later: code is read in at once, everything else stays once it
// was used. Done only where no mapping can be refused for it afterwards, which takes CAP_IPC_LOCK,
// to be kept, or no limit on locked memory. The error is for the operator; nothing is locked then.
Result<> lock_memory();

}  // namespace hawser
