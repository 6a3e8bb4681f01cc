// SPDX-License-Identifier: MIT
// The server with the fewest requests for its weight, over all workers.
#include <algorithm>
#include <vector>

#include "proxy/balance/balancer.h"
#include "proxy/balance/busy.h"
#include "shm/schedule.h"

namespace hawser {
namespace {

class LeastConn : public Balancer {
 public:
  void rebuild(const BackendView& backend) override {
    servers_ = candidates(backend.shared, backend.config, backend.first_server);
  }

  // The search starts behind the last server that any worker picked, and of several that are
  // equally busy takes the first: that is round robin among equals.
  uint32_t pick(const BackendView& backend, uint64_t, const ServerSet& avoid) override {
    std::atomic<uint64_t>& cursor = backend.shared.schedule(backend.config.index).turn;
    const size_t start = cursor.load(std::memory_order_relaxed) % std::max<size_t>(size(), 1);
    size_t found = search(backend, avoid, start);
    if (found == size() && !avoid.empty()) found = search(backend, {}, start);
    if (found == size()) return kNoIndex;
    cursor.store(found + 1, std::memory_order_relaxed);
    return servers_[found].position;
  }

 private:
  size_t size() const { return servers_.size(); }

  // Index of the best server; size(): none.
  size_t search(const BackendView& backend, const ServerSet& avoid, size_t start) const {
    size_t best = size();
    Busy least = Busy::utmost();
    const auto look = [&](size_t from, size_t to) {
      for (size_t i = from; i < to; ++i) {
        const uint32_t position = servers_[i].position;
        const Busy now = Busy::of(backend.load(position), servers_[i].weight);
        if (!(now < least) || avoid.has(position) || !has_room(backend, position) ||
            !takes_new(backend, position)) {
          continue;
        }
        best = i;
        least = now;
        if (now.requests == 0) return true;  // none can be less busy
      }
      return false;
    };
    if (!look(start, size())) look(0, start);
    return best;
  }

  std::vector<Candidate> servers_;
};

std::unique_ptr<Balancer> make_leastconn(const ProxyConfig&) {
  return std::make_unique<LeastConn>();
}

constexpr BalanceAlgo kRows[] = {
    {.name = "leastconn",
     .make = make_leastconn,
     .summary = "the server with the fewest requests for its weight"},
};
HW_REGISTER(BalanceAlgo, kRows);

}  // namespace
}  // namespace hawser
