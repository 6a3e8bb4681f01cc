// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "proxy/balance/balancer.h"
#include "shm/schedule.h"

namespace hawser {

// hash-balance-factor: a server gets no more requests at a time than `factor` percent of its share
// of all (consistent hashing with bounded loads, Mirrokni, Thorup and Zadimoghaddam, 2016).
class BoundedLoad {
 public:
  void rebuild(const BackendView& backend, const std::vector<Candidate>& servers);
  bool enabled() const { return factor_ != 0; }

  // The requests that all servers together may have when one more comes: what may_take() shares
  // out.
  uint64_t slots(const BackendView& backend) const;
  // May the server have one more, when there are so many slots in all?
  bool may_take(const BackendView& backend, uint32_t position, uint64_t slots) const;

 private:
  struct Share {
    uint64_t before, weight;  // of the servers before it in the file; its own
  };
  uint32_t factor_ = 0;
  uint64_t total_weight_ = 0;
  std::vector<Share> shares_;      // by position; weight 0: no candidate
  std::vector<uint32_t> servers_;  // positions of the candidates
};

}  // namespace hawser
