// SPDX-License-Identifier: MIT
#include "proxy/balance/balancer.h"

#include <fmt/format.h>

#include "proxy/balance/testing.h"

using namespace hawser;

namespace {

// The limit of a server in a backend of fullconn 1000 that serves `now`.
uint32_t limit(std::string_view words, uint32_t now) {
  Farm farm({fmt::format("server a {}", words)});
  farm.view().shared.proxy_load(0).be_served = now;
  return server_limit(farm.view(), 0);
}

}  // namespace

TEST_CASE("between minconn and maxconn the limit is in proportion to fullconn") {
  constexpr std::string_view kWords = "minconn 10 maxconn 100";
  CHECK(limit(kWords, 0) == 10);
  CHECK(limit(kWords, 99) == 10);
  CHECK(limit(kWords, 109) == 10);
  CHECK(limit(kWords, 110) == 11);
  CHECK(limit(kWords, 500) == 50);
  CHECK(limit(kWords, 999) == 99);
  CHECK(limit(kWords, 1000) == 100);
  CHECK(limit(kWords, 5000) == 100);
}

TEST_CASE("without minconn, or with one that is not below it, maxconn is the limit") {
  CHECK(limit("maxconn 100", 0) == 100);
  CHECK(limit("minconn 100 maxconn 100", 0) == 100);
  CHECK(limit("minconn 200 maxconn 100", 0) == 100);
  CHECK(limit("", 500) == 0);  // none
}

TEST_CASE("the limit of a huge server does not overflow") {
  CHECK(limit("minconn 1 maxconn 4000000000", 999) == 3'996'000'000);
}

TEST_CASE("a server has room below its limit while nobody waits for it") {
  Farm farm({"server a maxconn 2", "server b"});
  CHECK(has_room(farm.view(), 0));
  farm.load("a").served = 1;
  CHECK(has_room(farm.view(), 0));
  farm.load("a").queued = 1;
  CHECK_FALSE(has_room(farm.view(), 0));
  farm.load("a").queued = 0;
  farm.load("a").served = 2;
  CHECK_FALSE(has_room(farm.view(), 0));
  farm.load("b").served = 1'000'000;
  CHECK(has_room(farm.view(), 1));
}
