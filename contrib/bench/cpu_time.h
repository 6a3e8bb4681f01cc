// SPDX-License-Identifier: MIT
// CPU time of other processes, as the scheduler counts it: in nanoseconds, from
// /proc/PID/task/TID/schedstat.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bench {

// The sum over all threads of the processes. A process that has ended counts as nothing.
uint64_t cpu_time_ns(const std::vector<std::string>& pids);

}  // namespace bench
