// SPDX-License-Identifier: MIT
// Two masters, two owners, and our own echo.
#include "base/testing.h"
#include "vrrp/election.h"
#include "vrrp/election_testing.h"

namespace hawser::vrrp {
namespace {

TEST_CASE("answers to other masters have a limit", "[vrrp]") {
  Router router = Router::master(3, 100);
  for (int i = 0; i < 10'000; ++i) {
    router.hear("10.0.0.9", 50, 10 * kMs);
    router.pass(100'000);
  }
  const auto count = [&](std::string_view word) {
    size_t n = 0;
    for (size_t at = 0; (at = router.did().find(word, at)) != std::string::npos; ++at) ++n;
    return n;
  };
  CHECK(count("advert(100)") == 10);
  CHECK(count("announce-again") == 10);
  CHECK(count("reassert") == 1);
}

TEST_CASE("a second master that does not yield is a split brain, until it is silent", "[vrrp]") {
  Router router = Router::master(3, 100);
  const int64_t since = router.now();
  router.hear("10.0.0.9", 50);
  CHECK_FALSE(router->is_split(router.now()));
  router.pass(kSecond);
  router.hear("10.0.0.9", 50);
  CHECK(router->is_split(router.now()));
  CHECK(router->state().split_brain_ns == kSecond);
  CHECK(router->state().rival_address == ip("10.0.0.9"));
  router.forget();
  while (router.now() < since + 4 * kSecond) router.run_timer();
  CHECK(router.did().find("reassert") == std::string::npos);
  router.run_timer();
  CHECK(router.did().ends_with("advert(100) timer+1000 reassert"));
  CHECK_FALSE(router->is_split(router.now()));
}

TEST_CASE("our own advert, looped, means nothing", "[vrrp]") {
  Router master = Router::master(3, 100);
  for (const uint8_t priority : std::array<uint8_t, 3>{0, 100, 255}) {
    master.hear("10.0.0.5", priority);
  }
  CHECK(master.did().empty());
  Router backup(3, 100);
  backup.start();
  backup.forget();
  backup.hear("10.0.0.5", 100);
  CHECK(backup.did().empty());
}

TEST_CASE("of two owners the lower address gives way", "[vrrp]") {
  Router lower = Router::master(3, 255);
  lower.hear("10.0.0.6", 255);
  CHECK(lower.did() == "give-up master>backup timer+3003.90625");
}

TEST_CASE("an owner yields to another that does not give way, until it is silent", "[vrrp]") {
  Router router = Router::master(3, 255);
  router.hear("10.0.0.4", 255);
  CHECK(router.did() == "advert(255) timer+1000 announce-again reassert");
  router.run_timer();  // the second advert of ours
  router.pass(1'199 * kMs);
  router.hear("10.0.0.4", 255);
  CHECK(router->role() == VrrpState::kMaster);
  router.pass(kMs);
  router.hear("10.0.0.4", 255);
  CHECK(router->role() == VrrpState::kBackup);
  CHECK(router->priority() == 254);
  router.run_timer();
  CHECK(router->role() == VrrpState::kMaster);
  CHECK(router->priority() == 255);
}

}  // namespace
}  // namespace hawser::vrrp
