// SPDX-License-Identifier: MIT
#include <map>

#include "proxy/balance/testing.h"

namespace hawser {
namespace {

TEST_CASE("round robin is exact over all workers") {
  Farm farm({"balance roundrobin", "server a weight 3", "server b weight 2", "server c weight 1"},
            4);
  Rng rng(7);
  std::vector<std::string> picks;
  for (int i = 0; i < 6000; ++i) {
    picks.push_back(farm.pick(kNoKey, {}, static_cast<uint32_t>(rng.next() % 4)));
  }
  for (size_t i = 0; i + 6 <= picks.size(); ++i) {
    std::map<std::string, int> window;
    for (size_t j = i; j < i + 6; ++j) ++window[picks[j]];
    REQUIRE(window["a"] == 3);
    REQUIRE(window["b"] == 2);
    REQUIRE(window["c"] == 1);
  }
}

TEST_CASE("a full server is passed over until it has room again") {
  Farm farm({"server a maxconn 1", "server b", "server c"});
  farm.load("a").served = 1;
  CHECK(farm.pick_many(4) == "b c b c");
  farm.load("a").served = 0;
  CHECK(farm.pick_many(3) == "a b c");
}

TEST_CASE("nobody overtakes those who wait for a server") {
  Farm farm({"server a maxconn 2", "server b"});
  farm.load("a").queued = 1;
  CHECK(farm.pick_many(2) == "b b");
}

TEST_CASE("when all are full the caller queues") {
  Farm farm({"server a maxconn 2", "server b maxconn 3", "server c maxconn 1"});
  CHECK(farm.hold(8) == "a b c a b b - -");  // HAProxy's answer too
}

TEST_CASE("a server that was tried is avoided while another is left") {
  Farm farm({"server a", "server b"});
  CHECK(farm.pick(kNoKey, farm.set_of({"a"})) == "b");
  CHECK(farm.pick(kNoKey, farm.set_of({"a"})) == "b");
  CHECK(farm.pick(kNoKey, farm.set_of({"a", "b"})) != "-");
}

TEST_CASE("a server that has just gone down is not picked, even before control has published") {
  Farm farm({"server a", "server b"});
  HealthWord word;
  word.health = ServerHealth::kDown;
  farm.view().state(0).word.store(word.packed());
  CHECK(farm.pick_many(2) == "b b");
}

TEST_CASE("static-rr keeps the weights of the configuration") {
  Farm farm({"balance static-rr", "server a weight 2", "server b"});
  farm.set_weight("b", 200);
  const std::string picks = farm.pick_many(3);
  CHECK(std::count(picks.begin(), picks.end(), 'a') == 2);
}

TEST_CASE("minconn moves the limit with the load of the backend") {
  Farm farm({"server a minconn 10 maxconn 100"});  // fullconn 1000
  auto& served = farm.view().shared.proxy_load(0).be_served;
  CHECK(server_limit(farm.view(), 0) == 10);
  served = 500;
  CHECK(server_limit(farm.view(), 0) == 50);
  served = 1000;
  CHECK(server_limit(farm.view(), 0) == 100);
}

}  // namespace
}  // namespace hawser
