// SPDX-License-Identifier: MIT
// A case for every row of the tables in RFC 9568, section 6.4; election_rules_test.cc has what
// users expect beyond them.
#include "vrrp/election.h"

#include "base/testing.h"
#include "vrrp/election_testing.h"

namespace hawser::vrrp {
namespace {

TEST_CASE("6.4.1 Initialize: an owner starts as master", "[vrrp]") {
  for (const int version : {2, 3}) {
    Router router(version, 255);
    router.start();
    CHECK(router.did() == "advert(255) timer+1000 take announce init>master");
  }
}

TEST_CASE("6.4.1 Initialize: everybody else starts as backup", "[vrrp]") {
  Router v2(2, 100);
  v2.start();
  CHECK(v2.did() == "init>backup timer+3609.375");
  Router v3(3, 100, 100 * kMs);
  v3.start();
  CHECK(v3.did() == "init>backup timer+360.9375");
}

TEST_CASE("6.4.2 Backup: Shutdown", "[vrrp]") {
  Router router(3, 100);
  router.start();
  router.stop();
  CHECK(router.did() == "init>backup timer+3609.375 backup>init no-timer");
}

TEST_CASE("6.4.2 Backup: Active_Down_Timer fires", "[vrrp]") {
  Router router(3, 100);
  router.start();
  router.forget();
  router.run_timer();
  CHECK(router.did() == "advert(100) timer+1000 take announce backup>master");
}

TEST_CASE("6.4.2 Backup: an advert of priority 0 sets the timer to Skew_Time", "[vrrp]") {
  Router v2(2, 100), v3(3, 100, 100 * kMs);
  for (Router* router : {&v2, &v3}) {
    router->start();
    router->forget();
    router->at(50 * kMs);
    router->hear("10.0.0.9", 0);
  }
  CHECK(v2.did() == "timer+609.375");
  CHECK(v3.did() == "timer+60.9375");
}

TEST_CASE("6.4.2 Backup: a priority that is not lower keeps it backup", "[vrrp]") {
  for (const uint8_t priority : std::array<uint8_t, 3>{100, 101, 255}) {
    Router router(2, 100);
    router.start();
    router.forget();
    router.at(2 * kSecond);
    router.hear("10.0.0.1", priority);
    CHECK(router.did() == "timer+3609.375");
    CHECK(router->state().master_address == ip("10.0.0.1"));
    CHECK(router->state().master_priority == priority);
  }
}

TEST_CASE("6.4.2 Backup: VRRPv3 goes by the master's interval, VRRPv2 by its own", "[vrrp]") {
  Router v3(3, 100, kSecond);
  v3.start();
  v3.forget();
  v3.hear("10.0.0.9", 200, 100 * kMs);
  CHECK(v3.did() == "timer+360.9375");
  v3.hear("10.0.0.9", 0, 100 * kMs);
  CHECK(v3.did() == "timer+360.9375 timer+60.9375");
  Router v2(2, 100, 2 * kSecond);
  v2.start();
  v2.forget();
  v2.hear("10.0.0.9", 200, kSecond);
  CHECK(v2.did() == "timer+6609.375");
}

TEST_CASE("6.4.2 Backup: with preemption a lower priority is discarded", "[vrrp]") {
  Router router(3, 100);
  router.start();
  router.forget();
  router.at(kSecond);
  router.hear("10.0.0.9", 99, 10 * kMs);
  CHECK(router.did().empty());
  router.run_timer();
  CHECK(router.now() == 3'609'375'000);
  CHECK(router.did() == "advert(100) timer+1000 take announce backup>master");
}

TEST_CASE("6.4.2 Backup: without preemption a lower priority keeps it backup", "[vrrp]") {
  Router router(3, 100);
  router.settings.preempt = VrrpPreempt::kNo;
  router.start();
  router.forget();
  router.at(kSecond);
  router.hear("10.0.0.9", 1);
  CHECK(router.did() == "timer+3609.375");
}

TEST_CASE("6.4.2 Backup: an owner preempts whatever Preempt_Mode says", "[vrrp]") {
  for (const auto preempt : {VrrpPreempt::kNo, VrrpPreempt::kDelayed}) {
    Router router(3, 255);
    router.settings.preempt = preempt;
    router.settings.preempt_delay_ns = 300 * kSecond;
    router.start();
    router.fault("link down");
    router.recovered();
    router.forget();
    router.hear("10.0.0.9", 254);
    CHECK(router.did().empty());
  }
}

TEST_CASE("6.4.3 Active: Shutdown", "[vrrp]") {
  Router router = Router::master(3, 100);
  router.stop();
  CHECK(router.did() == "advert(0) give-up master>init no-timer");
}

TEST_CASE("a master that leaves holds the addresses until another one advertises", "[vrrp]") {
  Router router = Router::master(3, 100, 100 * kMs);
  router.leave();
  CHECK(router.did() == "advert(0) timer+110");
  router.forget();
  router.pass(60 * kMs);
  router.hear("10.0.0.9", 0, 100 * kMs);
  CHECK(router.did().empty());
  router.hear("10.0.0.4", 90, 100 * kMs);
  CHECK(router.did() == "give-up master>init no-timer");
  CHECK(router.reason() == "stopped; another master has taken over (10.0.0.4, priority 90)");
}

TEST_CASE("a master that leaves waits for the slowest successor, and no longer", "[vrrp]") {
  Router router = Router::master(2, 100);
  router.leave();
  CHECK(router.did() == "advert(0) timer+1100");
  router.forget();
  router.run_timer();
  CHECK(router.did() == "give-up master>init no-timer");
}

TEST_CASE("a backup leaves at once", "[vrrp]") {
  Router router(3, 100);
  router.start();
  router.forget();
  router.leave();
  CHECK(router.did() == "backup>init no-timer");
}

TEST_CASE("a master that leaves and is stopped gives the addresses up", "[vrrp]") {
  Router router = Router::master(3, 100);
  router.leave();
  router.forget();
  router.stop();
  CHECK(router.did() == "advert(0) give-up master>init no-timer");
}

TEST_CASE("6.4.3 Active: Adver_Timer fires", "[vrrp]") {
  Router router = Router::master(3, 100);
  const int64_t since = router.now();
  for (int i = 1; i <= 3; ++i) {
    router.run_timer();
    CHECK(router.now() == since + i * kSecond);
  }
  CHECK(router.did() == "advert(100) timer+1000 advert(100) timer+1000 advert(100) timer+1000");
}

TEST_CASE("6.4.3 Active: an advert of priority 0 is answered", "[vrrp]") {
  Router router = Router::master(3, 100);
  router.pass(300 * kMs);
  router.hear("10.0.0.9", 0);
  CHECK(router.did() == "advert(100) timer+1000");
}

TEST_CASE("6.4.3 Active: a higher priority makes it backup, without an advert", "[vrrp]") {
  Router v2 = Router::master(2, 100), v3 = Router::master(3, 100);
  v2.hear("10.0.0.1", 101);
  CHECK(v2.did() == "give-up master>backup timer+3609.375");
  v3.hear("10.0.0.1", 101, 100 * kMs);
  CHECK(v3.did() == "give-up master>backup timer+360.9375");
  CHECK(v3->state().master_priority == 101);
}

TEST_CASE("6.4.3 Active: an equal priority is settled by address", "[vrrp]") {
  Router loser = Router::master(3, 100);
  loser.hear("10.0.0.6", 100);
  CHECK(loser.did() == "give-up master>backup timer+3609.375");
  Router winner = Router::master(3, 100);
  winner.hear("10.0.0.4", 100);
  CHECK(winner.did() == "advert(100) timer+1000 announce-again reassert");
  CHECK(winner->role() == VrrpState::kMaster);
}

TEST_CASE("6.4.3 Active: addresses are compared as unsigned numbers in network order", "[vrrp]") {
  const struct {
    const char *ours, *theirs;
    bool we_stay;
  } rows[] = {{"10.0.0.5", "9.255.255.255", true},
              {"10.0.0.5", "200.0.0.1", false},
              {"10.0.0.127", "10.0.0.128", false},
              {"10.0.0.200", "10.0.0.100", true},
              {"fe80::5", "fe80::6", false},
              {"fe80::5", "fe80::4", true},
              {"fe80::7fff:0:1", "fe80::8000:0:1", false}};
  for (const auto& row : rows) {
    INFO(row.ours << " and " << row.theirs);
    Router router = Router::master(3, 100, kSecond, row.ours);
    router.hear(row.theirs, 100);
    CHECK((router->role() == VrrpState::kMaster) == row.we_stay);
  }
}

TEST_CASE("6.4.3 Active: a lower priority is discarded and answered at once", "[vrrp]") {
  Router router = Router::master(3, 100);
  router.pass(300 * kMs);
  router.hear("10.0.0.9", 99);
  CHECK(router.did() == "advert(100) timer+1000 announce-again reassert");
}

}  // namespace
}  // namespace hawser::vrrp
