// SPDX-License-Identifier: MIT
#include "proxy/balance/balance_random.h"

#include <map>

#include "proxy/balance/testing.h"

namespace hawser {
namespace {

TEST_CASE("random draws by weight") {
  Farm farm({"balance random(1)", "server a weight 3", "server b"});
  RandomBalancer random(1, Rng(1));
  random.rebuild(farm.view());
  std::map<uint32_t, int> picks;
  for (int i = 0; i < 10000; ++i) ++picks[random.pick(farm.view(), kNoKey, {})];
  CHECK(std::abs(picks[0] - 7500) < 200);
  CHECK(picks[0] + picks[1] == 10000);
}

TEST_CASE("of the servers that are drawn the less busy one is taken") {
  Farm farm({"balance random", "server a", "server b", "server c"});
  RandomBalancer random(2, Rng(1));
  random.rebuild(farm.view());
  farm.load("a").served = 9;
  std::map<uint32_t, int> picks;
  for (int i = 0; i < 9000; ++i) ++picks[random.pick(farm.view(), kNoKey, {})];
  CHECK(std::abs(picks[0] - 1000) < 150);  // only where both draws hit it
}

TEST_CASE("random finds the one server that has room") {
  Farm farm({"balance random(1)", "server a maxconn 1", "server b maxconn 1", "server c"});
  farm.load("a").served = farm.load("b").served = 1;
  for (int i = 0; i < 20; ++i) REQUIRE(farm.pick() == "c");
  CHECK(farm.pick(kNoKey, farm.set_of({"c"})) == "c");
  farm.take_down("c");
  CHECK(farm.pick() == "-");
}

TEST_CASE("random keeps within hash-balance-factor") {
  Farm farm({"balance random(1)", "hash-balance-factor 150", "server a", "server b"});
  farm.load("a").served = 10;
  for (int i = 0; i < 20; ++i) REQUIRE(farm.pick() == "b");
}

}  // namespace
}  // namespace hawser
