// SPDX-License-Identifier: MIT
// Fills the servers one after the other, in the order of their ids.
#include <algorithm>
#include <vector>

#include "proxy/balance/balancer.h"
#include "shm/schedule.h"

namespace hawser {
namespace {

class First : public Balancer {
 public:
  void rebuild(const BackendView& backend) override {
    by_id_.clear();
    for (const Candidate& each : candidates(backend.shared, backend.config, backend.first_server)) {
      by_id_.push_back(each.position);
    }
    std::sort(by_id_.begin(), by_id_.end(), [&](uint32_t a, uint32_t b) {
      return backend.config.servers[a].id < backend.config.servers[b].id;
    });
  }

  uint32_t pick(const BackendView& backend, uint64_t, const ServerSet& avoid) override {
    uint32_t avoided = kNoIndex;
    for (const uint32_t position : by_id_) {
      if (!has_room(backend, position) || !takes_new(backend, position)) continue;
      if (!avoid.has(position)) return position;
      if (avoided == kNoIndex) avoided = position;
    }
    return avoided;
  }

 private:
  std::vector<uint32_t> by_id_;
};

std::unique_ptr<Balancer> make_first(const ProxyConfig&) { return std::make_unique<First>(); }

constexpr BalanceAlgo kRows[] = {
    {.name = "first", .make = make_first, .summary = "the first server by id that is not full"},
};
HW_REGISTER(BalanceAlgo, kRows);

}  // namespace
}  // namespace hawser
