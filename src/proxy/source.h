// SPDX-License-Identifier: MIT
#pragma once

#include "config/keyword.h"

namespace hawser {

// The words of `source`: an address and what may follow it. `range`: several ports may be given, as
// on a server's line.
std::optional<SourceConfig> parse_source(Args& args, bool range);

}  // namespace hawser
