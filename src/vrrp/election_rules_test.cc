// SPDX-License-Identifier: MIT
// What the election does beyond the tables of the RFC: preempt delay, changes of priority, faults,
// lost addresses and links.
#include "base/testing.h"
#include "vrrp/election.h"
#include "vrrp/election_testing.h"

namespace hawser::vrrp {
namespace {

Router delayed(int64_t delay_ns) {
  Router router(3, 100);
  router.settings.preempt = VrrpPreempt::kDelayed;
  router.settings.preempt_delay_ns = delay_ns;
  return router;
}

TEST_CASE("a preempt delay begins with the first lower advert, from start as from a fault",
          "[vrrp]") {
  for (const bool from_fault : {false, true}) {
    INFO("from fault: " << from_fault);
    Router router = delayed(10 * kSecond);
    router.start();
    if (from_fault) {
      router.fault("link down");
      router.at(100 * kSecond);
      router.recovered();
    }
    const int64_t since = router.now() + kSecond;
    for (int64_t t = since; t < since + 10 * kSecond; t += kSecond) {
      router.at(t);
      router.hear("10.0.0.9", 50);
    }
    CHECK(router->role() == VrrpState::kBackup);
    router.at(since + 10 * kSecond);
    router.forget();
    router.hear("10.0.0.9", 50);
    CHECK(router.did().empty());
    router.run_timer();
    CHECK(router->role() == VrrpState::kMaster);
    CHECK(router.reason() == "preempts a master of lower priority (10.0.0.9, priority 50)");
    CHECK(router.now() == since + 9 * kSecond + 3'609'375'000);
  }
}

TEST_CASE("a preempt delay is no delay when there is no master", "[vrrp]") {
  Router silent = delayed(300 * kSecond);
  silent.start();
  silent.run_timer();
  CHECK(silent->role() == VrrpState::kMaster);
  CHECK(silent.now() == 3'609'375'000);

  Router resigned = delayed(300 * kSecond);
  resigned.start();
  resigned.hear("10.0.0.9", 50);
  resigned.hear("10.0.0.9", 0);
  resigned.run_timer();
  CHECK(resigned->role() == VrrpState::kMaster);
  CHECK(resigned.now() == 609'375'000);
  CHECK(resigned.reason() == "the master gave up (10.0.0.9)");
}

TEST_CASE("a preempt delay begins anew after a better master", "[vrrp]") {
  Router router = delayed(10 * kSecond);
  router.start();
  router.hear("10.0.0.9", 50);
  router.at(9 * kSecond);
  router.hear("10.0.0.8", 150);
  router.at(11 * kSecond);
  router.forget();
  router.hear("10.0.0.9", 50);
  CHECK(router.did() == "timer+3609.375");
}

TEST_CASE("a change of priority shifts the running timer of a backup", "[vrrp]") {
  Router router(2, 100);
  router.start();
  router.pass(kSecond);
  router.forget();
  router.set_priority(200);
  CHECK(router.did() == "timer+2218.75");  // 3 + 56/256 s, less the second that is over
  router.set_priority(100);
  CHECK(router.did() == "timer+2218.75 timer+2609.375");
  router.set_priority(100);
  CHECK(router.did() == "timer+2218.75 timer+2609.375");
}

TEST_CASE("a timer that a change of priority makes late is due at once", "[vrrp]") {
  Router router(3, 1, 10 * kSecond);
  router.start();
  router.at(38 * kSecond);
  router.forget();
  router.set_priority(254);
  CHECK(router.did() == "timer+0");
}

TEST_CASE("a master advertises a changed priority with its next advert", "[vrrp]") {
  Router router = Router::master(3, 100);
  router.set_priority(80);
  CHECK(router.did().empty());
  router.run_timer();
  CHECK(router.did() == "advert(80) timer+1000");
}

TEST_CASE("a fault of a master is an advert of priority 0, and deafness", "[vrrp]") {
  Router router = Router::master(3, 100);
  router.fault("link down");
  CHECK(router.did() == "advert(0) give-up master>fault no-timer");
  CHECK(router.reason() == "link down");
  router.forget();
  router.fault("a script failed");
  router.hear("10.0.0.9", 0);
  router.hear("10.0.0.9", 255);
  router.set_priority(50);
  CHECK(router.did().empty());
}

TEST_CASE("a fault ends as backup, after the whole of Active_Down_Interval", "[vrrp]") {
  Router router(3, 100);
  router.start();
  router.hear("10.0.0.9", 200, 100 * kMs);
  router.fault("link down");
  router.at(10 * kSecond);
  router.forget();
  router.recovered();
  CHECK(router.did() == "fault>backup timer+3609.375");
  router.recovered();
  CHECK(router.did() == "fault>backup timer+3609.375");

  Router owner = Router::master(3, 255, 256 * kMs);
  owner.fault("link down");
  owner.forget();
  owner.recovered();
  CHECK(owner.did() == "fault>backup timer+257");
}

TEST_CASE("a fault that is there before the start stays", "[vrrp]") {
  Election election({.address = ip("10.0.0.5")}, 100);
  CHECK(election.fault("no such interface", 0).size() == 2);
  CHECK(election.start(0).empty());
  CHECK(election.role() == VrrpState::kFault);
  election.recovered(kSecond);
  CHECK(election.role() == VrrpState::kBackup);
  CHECK(election.timer_ns() == 4'609'375'000);
}

TEST_CASE("a deleted address costs mastership for the skew time", "[vrrp]") {
  Router router = Router::master(3, 100, 100 * kMs);
  router.carry_out(router->address_lost(router.now()));
  CHECK(router.did() == "advert(0) give-up master>backup timer+60.9375");
  router.forget();
  router.carry_out(router->address_lost(router.now()));
  CHECK(router.did().empty());
}

TEST_CASE("a master whose link comes back announces its addresses again", "[vrrp]") {
  Router router = Router::master(3, 100);
  router.pass(100 * kMs);
  router.carry_out(router->link_up(router.now()));
  CHECK(router.did() == "advert(100) timer+1000 announce");
  // The beat goes on from there.
  router.forget();
  router.run_timer();
  CHECK(router.did() == "advert(100) timer+1000");
  // Whoever holds no addresses has none to announce, and waits as before.
  Router backup(3, 100);
  backup.start();
  CHECK(backup->link_up(0).empty());
  Router leaving = Router::master(3, 100);
  leaving.leave();
  CHECK(leaving->link_up(leaving.now()).empty());
  Router faulty = Router::master(3, 100);
  faulty.fault("link down");
  CHECK(faulty->link_up(faulty.now()).empty());
}

}  // namespace
}  // namespace hawser::vrrp
