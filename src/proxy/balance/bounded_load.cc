// SPDX-License-Identifier: MIT
#include "proxy/balance/bounded_load.h"

#include <algorithm>

namespace hawser {

void BoundedLoad::rebuild(const BackendView& backend, const std::vector<Candidate>& servers) {
  factor_ = backend.config.hash.balance_factor;
  total_weight_ = 0;
  servers_.clear();
  shares_.assign(backend.size(), {0, 0});
  for (const Candidate& each : servers) {
    shares_[each.position] = {total_weight_, each.weight};
    total_weight_ += each.weight;
    servers_.push_back(each.position);
  }
}

uint64_t BoundedLoad::slots(const BackendView& backend) const {
  uint64_t served = 0;
  for (const uint32_t position : servers_) {
    served += backend.load(position).served.load(std::memory_order_relaxed);
  }
  return ((served + 1) * factor_ + 99) / 100;
}

bool BoundedLoad::may_take(const BackendView& backend, uint32_t position, uint64_t slots) const {
  // Whole slots are shared out along the running sum of the weights, so that none is lost or handed
  // out twice by rounding; a server never has less than one.
  const Share& share = shares_[position];
  if (share.weight == 0) return false;
  const uint64_t own =
      (share.before + share.weight) * slots / total_weight_ - share.before * slots / total_weight_;
  return backend.load(position).served.load(std::memory_order_relaxed) < std::max<uint64_t>(own, 1);
}

}  // namespace hawser
