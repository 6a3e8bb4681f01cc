// SPDX-License-Identifier: MIT
#include "proxy/balance/testing.h"

namespace hawser {
namespace {

TEST_CASE("first fills the servers by id, as HAProxy does") {
  Farm farm({"balance first", "server 1 maxconn 2 id 30", "server 2 maxconn 3 id 20",
             "server 3 maxconn 1 id 10"});
  CHECK(farm.hold(8) == "3 2 2 2 1 1 - -");
}

TEST_CASE("first goes back to the first server when it has room") {
  Farm farm({"balance first", "server a maxconn 1", "server b"});
  CHECK(farm.hold(2) == "a b");
  farm.load("a").served = 0;
  CHECK(farm.pick() == "a");
  CHECK(farm.pick(kNoKey, farm.set_of({"a"})) == "b");
  farm.take_down("a");
  CHECK(farm.pick() == "b");
}

}  // namespace
}  // namespace hawser
