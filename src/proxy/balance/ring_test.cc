// SPDX-License-Identifier: MIT
#include "proxy/balance/ring.h"

#include <algorithm>
#include <set>

#include "base/hash.h"
#include "base/rng.h"
#include "base/testing.h"

namespace hawser {
namespace {

constexpr auto kAny = [](uint32_t) { return true; };

TEST_CASE("an empty ring has nobody") { CHECK(Ring().walk(5, kAny) == kNoIndex); }

TEST_CASE("a key goes to the nearest point, around the ring if need be") {
  // Point 0 of id n is at avalanche(n * 4096).
  std::vector<std::pair<uint32_t, uint32_t>> points;
  std::vector<Ring::Member> members;
  for (uint32_t i = 0; i < 50; ++i) {
    members.push_back({i + 1, i, 1});
    points.emplace_back(avalanche((i + 1) * 4096), i);
  }
  Ring ring;
  ring.rebuild(members);
  const auto distance = [](uint32_t a, uint32_t b) { return std::min(a - b, b - a); };
  Rng rng(1);
  for (int i = 0; i < 2000; ++i) {
    const auto hash = static_cast<uint32_t>(rng.next());
    const auto nearest = std::min_element(points.begin(), points.end(), [&](auto a, auto b) {
      return distance(a.first, hash) < distance(b.first, hash);
    });
    REQUIRE(ring.walk(hash, kAny) == nearest->second);
  }
  for (const auto& [key, position] : points) REQUIRE(ring.walk(key, kAny) == position);
}

TEST_CASE("a walk meets every member once it has gone around, and stops") {
  Ring ring;
  ring.rebuild({{1, 0, 16}, {2, 1, 16}, {3, 2, 1}});
  std::set<uint32_t> met;
  size_t points = 0;
  const uint32_t found = ring.walk(0, [&](uint32_t position) {
    met.insert(position);
    ++points;
    return false;
  });
  CHECK(found == kNoIndex);
  CHECK(met == std::set<uint32_t>{0, 1, 2});
  CHECK(points == 33);
}

TEST_CASE("a ring of one point takes every key") {
  Ring ring;
  ring.rebuild({{9, 4, 1}});
  for (const uint32_t hash : {0u, 1u, UINT32_MAX, avalanche(9 * 4096)}) {
    CHECK(ring.walk(hash, kAny) == 4);
  }
}

}  // namespace
}  // namespace hawser
