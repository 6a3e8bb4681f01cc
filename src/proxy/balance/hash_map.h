// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "proxy/balance/balancer.h"

namespace hawser {

// The map of `hash-type map-based`: positions of servers, each as often as its weight says once the
// weights of all servers of the backend are divided by what they have in common. Key k belongs to
// entry k % size(). The order is HAProxy's. Empty: no server may be used.
std::vector<uint16_t> build_hash_map(const BackendView& backend);

// The order by itself: entry by entry the weights are added to each one's credit, and the first of
// those with the most whole turns in credit pays one turn.
std::vector<uint16_t> map_order(const std::vector<uint32_t>& weights);

}  // namespace hawser
