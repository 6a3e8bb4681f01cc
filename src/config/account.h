// SPDX-License-Identifier: MIT
// Users and groups of the system.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "config/keyword.h"

namespace hawser {

// The id of the user or group that the next word names.
std::optional<uint32_t> take_user(Args& args);
std::optional<uint32_t> take_group(Args& args);
// The name of a user that there is, for what changes to it later.
std::optional<std::string> take_user_name(Args& args);

}  // namespace hawser
