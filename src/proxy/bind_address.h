// SPDX-License-Identifier: MIT
// What `bind`, `stats socket` and `unix-bind` share.
#pragma once

#include <optional>
#include <vector>

#include "config/keyword.h"

namespace hawser {

// One BindConfig for each address and port that the next word names: "10.0.0.1:80-89,[::1]:80".
// Empty: the reason has been reported. Unix sockets get what `unix-bind` has said so far.
std::vector<BindConfig> take_bind_addresses(Args& args, const GlobalConfig& global);

// Permission bits in octal, as chmod takes them.
std::optional<uint32_t> take_file_mode(Args& args);

}  // namespace hawser
