// SPDX-License-Identifier: MIT
#include "base/result.h"

#include <cstring>

namespace hawser {

Error errno_error(std::string text, int code) {
  char buffer[128];
  text += ": ";
  text += strerror_r(code, buffer, sizeof buffer);
  return {std::move(text), code};
}

}  // namespace hawser
