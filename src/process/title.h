// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hawser {

// "master", "control", "worker 1": workers count from 1 for people.
std::string process_name(uint32_t slot);

// Shows what a process is in ps(1) and top(1): "hawser: worker 1".
void set_process_title(std::string_view name);

}  // namespace hawser
