// SPDX-License-Identifier: MIT
// The table of `show proc`.
#pragma once

#include <cstdint>
#include <string>

#include "shm/shared.h"

namespace hawser {

// One line a process, with the columns of HAProxy's master CLI first, and after them what only
// Hawser knows. `now_ns` is of the monotonic clock.
std::string proc_table(Shared& shared, int64_t now_ns);

std::string_view process_state_word(ProcessState state);

}  // namespace hawser
