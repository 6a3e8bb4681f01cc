// SPDX-License-Identifier: MIT
// Timers that fire late, and adverts that do not leave.
#include "base/testing.h"
#include "vrrp/election.h"
#include "vrrp/election_testing.h"

namespace hawser::vrrp {
namespace {

TEST_CASE("a timer that fires late listens for an interval first", "[vrrp]") {
  Router router(3, 100);
  router.start();
  router.forget();
  router.run_timer(kSecond + 1);
  CHECK(router.did() == "note timer+1000");
  router.pass(10 * kMs);
  router.hear("10.0.0.9", 200);
  CHECK(router.did() == "note timer+1000 timer+3609.375");
  CHECK(router->role() == VrrpState::kBackup);
}

TEST_CASE("a late timer becomes master when nobody is heard", "[vrrp]") {
  Router router(3, 100);
  router.start();
  router.run_timer(60 * kSecond);
  router.forget();
  router.run_timer();
  CHECK(router.did() == "advert(100) timer+1000 take announce backup>master");
  Router prompt(3, 100);
  prompt.start();
  prompt.run_timer(kSecond);
  CHECK(prompt->role() == VrrpState::kMaster);
}

TEST_CASE("a machine that is always late becomes master in the end", "[vrrp]") {
  Router router(3, 100, 10 * kMs);
  router.start();
  for (int i = 0; i < 3; ++i) {
    router.run_timer(20 * kMs);
    CHECK(router->role() == VrrpState::kBackup);
  }
  router.run_timer(20 * kMs);
  CHECK(router->role() == VrrpState::kMaster);
}

TEST_CASE("a master that overslept listens before it advertises", "[vrrp]") {
  Router alone = Router::master(3, 100);
  alone.run_timer(2 * kSecond + 1);
  CHECK(alone.did() == "note timer+1000");
  alone.run_timer();
  CHECK(alone.did() == "note timer+1000 advert(100) timer+1000");
  CHECK(alone->role() == VrrpState::kMaster);

  Router late = Router::master(3, 100);
  late.run_timer(2 * kSecond);
  CHECK(late.did() == "advert(100) timer+1000");

  Router preempts = Router::master(3, 100);
  preempts.run_timer(60 * kSecond);
  preempts.hear("10.0.0.9", 50);
  CHECK(preempts->role() == VrrpState::kMaster);

  Router leaves = Router::master(3, 100);
  auto settings = leaves->settings();
  settings.preempt = VrrpPreempt::kNo;
  leaves->set_settings(settings);
  leaves.run_timer(60 * kSecond);
  leaves.forget();
  leaves.hear("10.0.0.9", 50);
  CHECK(leaves.did() == "give-up master>backup timer+3609.375");
}

TEST_CASE("the timer goes on only after an advert was sent", "[vrrp]") {
  Router router = Router::master(3, 100);
  router.can_send = false;
  router.run_timer();
  CHECK(router.did() == "unsent(100) timer+100");
  router.can_send = true;
  router.forget();
  router.run_timer();
  CHECK(router.did() == "advert(100) timer+1000");
}

TEST_CASE("lateness does not move the beat", "[vrrp]") {
  Router router = Router::master(3, 100);
  router.run_timer(30 * kMs);
  CHECK(router.did() == "advert(100) timer+970");
}

TEST_CASE("an early call of the timer changes nothing", "[vrrp]") {
  Router router(3, 100);
  router.start();
  router.forget();
  router.pass(kSecond);
  router.carry_out(router->timer(router.now()));
  CHECK(router.did() == "timer+2609.375");
}

}  // namespace
}  // namespace hawser::vrrp
