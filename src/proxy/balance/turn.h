// SPDX-License-Identifier: MIT
#pragma once

#include "proxy/balance/balancer.h"

namespace hawser {

// The server whose turn it is, in the order that all workers share (shm/schedule.h). Servers that
// are full or avoided are passed over; kNoIndex: none has room.
uint32_t pick_by_turn(const BackendView& backend, const ServerSet& avoid);

}  // namespace hawser
