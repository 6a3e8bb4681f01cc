// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "base/rng.h"
#include "proxy/balance/bounded_load.h"

namespace hawser {

// Draws servers by weight and takes the least busy of them.
class RandomBalancer : public Balancer {
 public:
  RandomBalancer(uint32_t draws, Rng rng) : draws_(draws), rng_(rng) {}
  void rebuild(const BackendView& backend) override;
  uint32_t pick(const BackendView& backend, uint64_t key, const ServerSet& avoid) override;

 private:
  const uint32_t draws_;
  Rng rng_;
  std::vector<uint32_t> weights_;  // by position
  BoundedLoad bounded_;
};

}  // namespace hawser
