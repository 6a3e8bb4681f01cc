// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "proxy/runtime.h"

namespace hawser {

// A refused message as `show errors` prints it: when, where, why, and its bytes with their
// positions. `config` knows the numbers of the sections.
std::string describe_bad_message(const DataPlane::BadMessage& bad, const Config& config);

// What a worker says to "show errors [<proxy>] [request|response]": how many there were, on a line,
// and the messages of a proxy that is on either side.
std::string answer_show_errors(std::span<const DataPlane::BadMessage> all, const Config& config,
                               std::string_view which);

}  // namespace hawser
