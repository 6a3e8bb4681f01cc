// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "proxy/runtime.h"

namespace hawser {

// A refused message as `show errors` prints it: when, where, why, and its bytes with their
// positions.
std::string describe_bad_message(const DataPlane::BadMessage& bad);

}  // namespace hawser
