// SPDX-License-Identifier: MIT
// What keeps a router from becoming master: a start that is held, groups, arbiters, operators.
#include "base/testing.h"
#include "vrrp/election.h"
#include "vrrp/election_testing.h"

namespace hawser::vrrp {
namespace {

TEST_CASE("while the start is held it listens, and does not become master", "[vrrp]") {
  Router router(3, 100);
  router.start(10 * kSecond);
  router.run_timer();
  CHECK(router.did() == "init>backup timer+3609.375 timer+6390.625");
  router.run_timer();
  CHECK(router->role() == VrrpState::kMaster);
  CHECK(router.now() == 10 * kSecond);

  Router owner(3, 255);
  owner.start(10 * kSecond);
  CHECK(owner.did() == "init>backup timer+10000");
  owner.run_timer();
  CHECK(owner->role() == VrrpState::kMaster);
}

TEST_CASE("a member of a group asks until the others agree", "[vrrp]") {
  Router router(3, 100);
  router.settings.needs_consent = true;
  router.start();
  router.forget();
  router.run_timer();
  router.carry_out(router->withhold("VI_2 hears a master", router.now()));
  router.run_timer();
  router.carry_out(router->withhold("VI_2 hears a master", router.now()));
  CHECK(router.did() == "timer+1000 ask note timer+1000 ask");
  router.carry_out(router->consent(router.now()));
  CHECK(router.did().ends_with("advert(100) timer+1000 take announce backup>master"));
  CHECK(router->consent(router.now()).empty());
}

TEST_CASE("whoever has a network again listens once more", "[vrrp]") {
  Router router(3, 100);
  router.settings.needs_consent = true;
  router.start();
  router.run_timer();
  router.carry_out(router->withhold("isolated", router.now()));
  router.forget();
  router.carry_out(router->reconnected("not isolated any more", router.now()));
  CHECK(router.did() == "note timer+3609.375");
  CHECK(router->reconnected("again", router.now()).empty());
  router.run_timer();
  CHECK(router.did().ends_with("timer+1000 ask"));
}

TEST_CASE("who hears a master does not want to be one", "[vrrp]") {
  Router router(3, 100);
  router.settings.needs_consent = true;
  router.start();
  router.run_timer();
  router.hear("10.0.0.9", 200);
  CHECK(router->consent(router.now()).empty());
  CHECK(router->role() == VrrpState::kBackup);
}

TEST_CASE("an owner in a group asks at once", "[vrrp]") {
  Router router(3, 255);
  router.settings.needs_consent = true;
  router.start();
  router.run_timer();
  CHECK(router.now() == 0);
  CHECK(router.did() == "init>backup timer+0 timer+1000 ask");
}

TEST_CASE("maintenance holds it out of the election", "[vrrp]") {
  Router router = Router::master(3, 100);
  router.carry_out(router->maintenance(true, router.now()));
  CHECK(router.did() == "advert(0) give-up master>backup no-timer");
  router.forget();
  router.hear("10.0.0.9", 50);
  router.hear("10.0.0.9", 0);
  CHECK(router.did() == "no-timer no-timer");
  router.carry_out(router->timer(router.now() + 3600 * kSecond));
  CHECK(router->role() == VrrpState::kBackup);
  router.fault("link down");
  router.recovered();
  CHECK(router.did() == "no-timer no-timer backup>fault no-timer fault>backup no-timer");
  router.forget();
  router.carry_out(router->maintenance(false, router.now()));
  CHECK(router.did() == "timer+3609.375");
}

TEST_CASE("a released mastership stays with who took it, while it lives", "[vrrp]") {
  Router router = Router::master(3, 100);
  router.carry_out(router->release(router.now()));
  CHECK(router.did() == "advert(0) give-up master>backup timer+3609.375");
  router.forget();
  router.hear("10.0.0.9", 50);
  CHECK(router.did() == "timer+3609.375");
  router.run_timer();
  CHECK(router->role() == VrrpState::kMaster);
  CHECK(router.reason() == "the master fell silent (10.0.0.9, priority 50)");
  router.hear("10.0.0.9", 50);
  CHECK(router->role() == VrrpState::kMaster);
}

}  // namespace
}  // namespace hawser::vrrp
