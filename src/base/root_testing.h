// SPDX-License-Identifier: MIT
// For tests that only root can run.
#pragma once

#include <unistd.h>

#include "base/testing.h"

namespace hawser {

// false: the test is to end here, and its reader is told why. Catch2 v2 has no way to skip;
// tools/check counts these lines, and CI takes them for failures.
inline bool is_root_for(const char* what) {
  if (geteuid() == 0) return true;
  WARN("not run, because only root can " << what);
  return false;
}

}  // namespace hawser
