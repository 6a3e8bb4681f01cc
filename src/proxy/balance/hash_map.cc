// SPDX-License-Identifier: MIT
#include "proxy/balance/hash_map.h"

#include <numeric>
#include <queue>
#include <set>

#include "shm/schedule.h"

namespace hawser {
namespace {

// At which entries a server comes to have a turn in credit. `paid` tells the events of a turn that
// has been taken since from those that still count.
struct Event {
  uint64_t entry;
  uint32_t member;
  uint32_t paid;
  bool operator>(const Event& other) const { return entry > other.entry; }
};
using Events = std::priority_queue<Event, std::vector<Event>, std::greater<>>;

}  // namespace

// Credit after entry o is weight * (o + 1) - total * turns paid. It counts in whole turns only:
// below 0, from 0 ("ready"), from `total` ("overdue"), and never reaches more. So instead of adding
// up all credits at each entry, the entries at which one passes a mark are kept in order.
std::vector<uint16_t> map_order(const std::vector<uint32_t>& weights) {
  const uint64_t total = std::accumulate(weights.begin(), weights.end(), uint64_t{0});
  std::vector<uint16_t> order(total);
  std::vector<uint32_t> paid(weights.size(), 0);
  std::set<uint32_t> ready, overdue;
  Events until_ready, until_overdue;
  const auto expect = [&](uint32_t member) {
    const uint64_t weight = weights[member];
    const auto entry_of = [&](uint64_t turns) {
      return turns == 0 ? 0 : (turns * total + weight - 1) / weight - 1;
    };
    until_ready.push({entry_of(paid[member]), member, paid[member]});
    until_overdue.push({entry_of(paid[member] + uint64_t{1}), member, paid[member]});
  };
  const auto arrive = [&](Events& events, std::set<uint32_t>& members, uint64_t entry) {
    for (; !events.empty() && events.top().entry <= entry; events.pop()) {
      if (events.top().paid == paid[events.top().member]) members.insert(events.top().member);
    }
  };

  for (uint32_t i = 0; i < weights.size(); ++i) {
    if (weights[i] != 0) expect(i);
  }
  for (uint64_t entry = 0; entry < total; ++entry) {
    arrive(until_ready, ready, entry);
    arrive(until_overdue, overdue, entry);
    // The credits add up to `total` here, so somebody is ready.
    const uint32_t member = overdue.empty() ? *ready.begin() : *overdue.begin();
    order[entry] = static_cast<uint16_t>(member);
    ready.erase(member);
    overdue.erase(member);
    ++paid[member];
    expect(member);
  }
  return order;
}

std::vector<uint16_t> build_hash_map(const BackendView& backend) {
  // Servers that are down or spare count for the divisor too: a map must not change its grain.
  uint32_t divisor = 0;
  for (const ServerConfig& server : backend.config.servers) {
    divisor = std::gcd(divisor, uint32_t{server.set.weight} * 16);
  }
  std::vector<uint32_t> weights(backend.size(), 0);
  if (divisor == 0)
    return map_order(weights);  // no server has a place, whatever is set at run time
  for (const Candidate& each : candidates(backend.shared, backend.config, backend.first_server)) {
    weights[each.position] = each.weight / divisor;
  }
  return map_order(weights);
}

}  // namespace hawser
