// SPDX-License-Identifier: MIT
// The order in which a backend's servers take turns, shared by all workers.
//
// It is an array of server positions in which each server stands as often as its weight asks for,
// evenly spread. Control builds it and publishes it; the workers go through it with one shared
// counter, so that round robin is exact over all of them.
#pragma once

#include <cstdint>
#include <vector>

#include "config/model.h"
#include "shm/shared.h"

namespace hawser {

// A server that may get new requests, by its position in the backend.
struct Candidate {
  uint32_t position;
  uint32_t weight;  // 1 … 256 × 16
};

// Those that balancing may choose from, in file order: the active servers that are up and have a
// weight, or, when there is none, the first such backup server, or all of them with `option
// allbackups`. Where the algorithm is static (BalanceConfig::static_weights) the weights are the
// configured ones, whatever was set since; only 0 takes a server out.
std::vector<Candidate> candidates(Shared& shared, const ProxyConfig& backend,
                                  uint32_t first_server);

// Positions in an order in which every window of the returned length has each candidate in
// proportion to its weight and no candidate comes in a burst. Weights are reduced by their common
// divisor; when their sum is still above `capacity` they are scaled down to fit, and the smallest
// keep one turn each.
std::vector<uint16_t> turn_order(std::vector<Candidate> from, size_t capacity);

// How many entries a backend's order may have: exact for the weights of the configuration, for any
// weights of two servers, and for the slow start of one of many equal ones; finer proportions are
// rounded to 1 in 512.
uint32_t schedule_capacity(const ProxyConfig& backend);

// To be called whenever the state or the weight of a server has changed, by control only (by the
// master before the first fork): publishes the new order and lets the workers' balancers rebuild
// (ProxyLoad::servers_changed).
void publish_schedule(Shared& shared, const Config& config, uint32_t proxy);

// The same for every backend.
void publish_schedules(Shared& shared, const Config& config);

// A backend's order as it is now, for any worker. Positions that were taken from it stay servers of
// the backend whatever is published meanwhile.
class TurnView {
 public:
  TurnView(Shared& shared, uint32_t proxy);
  uint32_t length() const { return length_; }  // 0: no server may take a turn
  uint32_t at(uint64_t turn) const;            // length() > 0; turns repeat after length()
  uint64_t take();                             // the next turn of all workers

 private:
  Schedule& schedule_;
  std::span<uint16_t> entries_;
  uint32_t length_;
};

}  // namespace hawser
