// SPDX-License-Identifier: MIT
// How many connections the descriptors of the system allow, and how many descriptors they need.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "config/model.h"

namespace hawser {

struct LimitInputs {
  uint32_t maxconn = 0;        // as configured; 0: as many as the descriptors allow
  uint32_t ulimit_n = 0;       // 0: not given
  uint32_t fd_hard_limit = 0;  // 0: kDefaultHardLimit
  uint64_t soft = 0, hard = 0;
  bool may_raise_hard = false;
  uint32_t fixed = 0;  // descriptors that are open whatever the traffic
};

// Systems without any limit of their own would otherwise yield hundreds of millions.
inline constexpr uint32_t kDefaultHardLimit = 1u << 20;

struct LimitPlan {
  uint32_t maxconn = 0;
  uint64_t soft = 0, hard = 0;  // what RLIMIT_NOFILE is to be set to
};

// Two descriptors a connection: any worker may have to carry all of them.
Result<LimitPlan> plan_limits(const LimitInputs& in);

// Reads the system's limits, plans, and sets them for this process and its children. Returns the
// maxconn to run with. `maxconn` is the command line's, 0: the configuration's.
Result<uint32_t> set_limits(const Config& config, uint32_t maxconn, uint32_t workers);

}  // namespace hawser
