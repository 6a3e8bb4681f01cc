// SPDX-License-Identifier: MIT
#include "process/limits.h"

#include "base/testing.h"

namespace hawser {
namespace {

using Catch::Matchers::Contains;

LimitInputs usual() {
  LimitInputs in;
  in.soft = 1024;
  in.hard = 20'000;
  in.fixed = 100;
  return in;
}

TEST_CASE("without maxconn the descriptors decide, two a connection") {
  const auto plan = plan_limits(usual());
  REQUIRE(plan);
  CHECK(plan->maxconn == 9950);
  CHECK(plan->soft == 20'000);
  CHECK(plan->hard == 20'000);
}

TEST_CASE("a system without limits is not taken at its word") {
  LimitInputs in = usual();
  in.hard = 1'000'000'000;
  CHECK(plan_limits(in)->maxconn == (kDefaultHardLimit - 100) / 2);
  in.fd_hard_limit = 50'100;
  CHECK(plan_limits(in)->maxconn == 25'000);
}

TEST_CASE("maxconn raises the soft limit as far as it needs") {
  LimitInputs in = usual();
  in.maxconn = 2000;
  CHECK(plan_limits(in)->soft == 4100);
  in.maxconn = 10;
  CHECK(plan_limits(in)->soft == 1024);
}

TEST_CASE("root raises the hard limit too, others are told what to do") {
  LimitInputs in = usual();
  in.maxconn = 100'000;
  const auto refused = plan_limits(in);
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().text, Contains("200100") && Contains("LimitNOFILE"));
  in.may_raise_hard = true;
  CHECK(plan_limits(in)->hard == 200'100);
}

TEST_CASE("ulimit-n is used as given, and must suffice for maxconn") {
  LimitInputs in = usual();
  in.ulimit_n = 5'100;
  CHECK(plan_limits(in)->maxconn == 2500);
  CHECK(plan_limits(in)->soft == 5100);
  in.maxconn = 2501;
  const auto refused = plan_limits(in);
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().text, Contains("'ulimit-n 5100'"));
}

TEST_CASE("fd-hard-limit bounds maxconn") {
  LimitInputs in = usual();
  in.fd_hard_limit = 1000;
  in.maxconn = 1000;
  const auto refused = plan_limits(in);
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().text, Contains("'fd-hard-limit 1000'"));
}

TEST_CASE("a limit that the listeners exhaust is an error") {
  LimitInputs in = usual();
  in.hard = 64;
  CHECK_FALSE(plan_limits(in));
}

}  // namespace
}  // namespace hawser
