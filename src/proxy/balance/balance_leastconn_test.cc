// SPDX-License-Identifier: MIT
#include "proxy/balance/testing.h"

namespace hawser {
namespace {

TEST_CASE("leastconn fills in proportion to the weights, as HAProxy does") {
  Farm pair({"balance leastconn", "server 1 weight 3", "server 2"});
  CHECK(pair.hold(16) == "1 2 1 1 1 1 2 1 1 1 2 1 1 1 2 1");
  Farm wide({"balance leastconn", "server 1 weight 10", "server 2"});
  CHECK(wide.hold(12) == "1 2 1 1 1 1 1 1 1 1 1 1");
}

TEST_CASE("servers that are equally busy take turns") {
  Farm farm({"balance leastconn", "server a", "server b", "server c"}, 2);
  CHECK(farm.pick_many(4) == "a b c a");
  CHECK(farm.pick(kNoKey, {}, 1) == "b");  // the other worker goes on where this one stopped
  farm.load("c").served = 1;
  CHECK(farm.pick_many(4) == "a b a b");
}

TEST_CASE("requests that wait for a server count") {
  Farm farm({"balance leastconn", "server a", "server b"});
  farm.load("a").queued = 2;
  farm.load("b").served = 1;
  CHECK(farm.pick_many(2) == "b b");
}

TEST_CASE("leastconn passes over full and avoided servers") {
  Farm farm({"balance leastconn", "server a maxconn 1", "server b maxconn 3"});
  farm.load("a").served = 1;
  farm.load("b").served = 2;
  CHECK(farm.pick() == "b");
  CHECK(farm.pick(kNoKey, farm.set_of({"b"})) == "b");
  farm.load("b").served = 3;
  CHECK(farm.pick() == "-");
}

TEST_CASE("leastconn follows weights set at run time") {
  Farm farm({"balance leastconn", "server a", "server b"});
  farm.set_weight("a", 0);
  CHECK(farm.pick_many(2) == "b b");
  farm.take_down("b");
  CHECK(farm.pick() == "-");
}

}  // namespace
}  // namespace hawser
