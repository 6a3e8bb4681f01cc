// SPDX-License-Identifier: MIT
#include "proxy/balance/hash_map.h"

#include "base/rng.h"
#include "base/testing.h"

namespace hawser {
namespace {

// The rule as it is said in the header, one step after the other.
std::vector<uint16_t> by_the_rule(const std::vector<uint32_t>& weights) {
  int64_t total = 0;
  for (const uint32_t weight : weights) total += weight;
  std::vector<int64_t> credit(weights.size(), 0);
  std::vector<uint16_t> order;
  for (int64_t entry = 0; entry < total; ++entry) {
    int64_t most = -1;
    size_t best = 0;
    for (size_t i = 0; i < weights.size(); ++i) {
      if (weights[i] == 0) continue;
      credit[i] += weights[i];
      const int64_t turns = (credit[i] + total) / total;
      if (turns > most) {
        most = turns;
        best = i;
      }
    }
    order.push_back(static_cast<uint16_t>(best));
    credit[best] -= total;
  }
  return order;
}

TEST_CASE("the map is the one that the rule gives") {
  Rng rng(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<uint32_t> weights(1 + rng.next() % 12);
    for (uint32_t& weight : weights) weight = static_cast<uint32_t>(rng.next() % 40);
    REQUIRE(map_order(weights) == by_the_rule(weights));
  }
}

TEST_CASE("a map without weights is empty") {
  CHECK(map_order({}).empty());
  CHECK(map_order({0, 0}).empty());
}

}  // namespace
}  // namespace hawser
