// SPDX-License-Identifier: MIT
// The log of this process. Its messages (base/log.h) go to the global log targets.
#pragma once

#include "config/model.h"
#include "logging/log_out.h"

namespace hawser {

// Replaces what was inherited from a parent, as each process shows its own pid. `config` must live
// as long as the process; `dropped` too, nullptr: nobody asks for the number.
void open_process_log(const Config& config, Counter* dropped);

// HW_ASSERTs that the log is open.
LogOut& process_log();

}  // namespace hawser
