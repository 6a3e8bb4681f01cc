// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.h"

namespace hawser::vrrp {

// Tries what virtual routers need and only some processes may: raw sockets, packet sockets, changes
// of addresses. Changes nothing. The error names the capability that is missing.
Result<> probe_rights();

}  // namespace hawser::vrrp
