// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "config/model.h"

namespace hawser {

// Sets the index of the proxy of `kind` ("backend") that the line names, or reports that there is
// none.
void find_tracked_proxy(const Config& config, TrackConfig& track, std::string_view kind,
                        bool (*is_kind)(ProxyKind), Diag& diag);

}  // namespace hawser
