// SPDX-License-Identifier: MIT
#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace hawser {

void assertion_failed(const char* what, const char* file, int line) {
  std::fprintf(stderr, "hawser: assertion failed: %s (%s:%d)\n", what, file, line);
  std::abort();
}

}  // namespace hawser
