// SPDX-License-Identifier: MIT
// Turns in proportion to the weights: what all workers share is the order (shm/schedule.h).
#include "proxy/balance/turn.h"

namespace hawser {
namespace {

class RoundRobin : public Balancer {
 public:
  void rebuild(const BackendView&) override {}  // control publishes the order
  uint32_t pick(const BackendView& backend, uint64_t, const ServerSet& avoid) override {
    return pick_by_turn(backend, avoid);
  }
};

std::unique_ptr<Balancer> make_roundrobin(const ProxyConfig&) {
  return std::make_unique<RoundRobin>();
}

constexpr BalanceAlgo kRows[] = {
    {.name = "roundrobin",
     .make = make_roundrobin,
     .summary = "each server in turn, in proportion to its weight"},
    {.name = "static-rr",
     .make = make_roundrobin,
     .static_weights = true,
     .summary = "each server in turn, with the weights of the configuration"},
};
HW_REGISTER(BalanceAlgo, kRows);

}  // namespace
}  // namespace hawser
