// SPDX-License-Identifier: MIT
// What the election does beyond the tables of the RFC: preempt delay, faults, groups, operators,
// machines that sleep, two owners, successors.
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
    CHECK(router.reason() == "preempts a master of lower priority");
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
  CHECK(resigned.reason() == "the master gave up");
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
  Router backup(3, 100);
  backup.start();
  CHECK(backup->link_up(0).empty());
}

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
  CHECK(router.reason() == "the master fell silent");
  router.hear("10.0.0.9", 50);
  CHECK(router->role() == VrrpState::kMaster);
}

TEST_CASE("with AH an owner learns the sequence number first", "[vrrp]") {
  Router router(2, 255);
  router.settings.learns_sequence = true;
  router.start();
  CHECK(router.did() == "init>backup timer+1003.90625");
  router.hear("10.0.0.9", 100, kSecond, {SequenceSeen::Kind::kAh, 41});
  router.run_timer();
  CHECK(router->role() == VrrpState::kMaster);
  CHECK(router->sequences().ah.next() == 42);
  router.hear("10.0.0.9", 100, kSecond, {SequenceSeen::Kind::kAh, 50});
  CHECK(router->sequences().ah.next() == 52);
}

TEST_CASE("stamps of a heard advert are remembered", "[vrrp]") {
  Router router(3, 100);
  router.start();
  router.hear("10.0.0.9", 200, kSecond, {SequenceSeen::Kind::kHmac, 7});
  CHECK_FALSE(router->sequences().hmac.accepts(ip("10.0.0.9"), 7));
}

TEST_CASE("a hundred successors between adverts change nothing", "[vrrp]") {
  Router master = Router::master(3, 100, 100 * kMs);
  Router backup(3, 90, 100 * kMs, "10.0.0.4");
  backup.at(master.now());
  backup.start();
  backup.forget();
  const int64_t since = master.now();
  for (int i = 1; i <= 100; ++i) {
    for (const int64_t ms : {31, 62}) {
      master.at(since + (i - 1) * 100 * kMs + ms * kMs);
      backup.at(master.now());
      master.hand_over();
      backup.hand_over();
    }
    master.run_timer();
    REQUIRE(master.now() == since + i * 100 * kMs);
    backup.at(master.now());
    backup.hear("10.0.0.5", 100, 100 * kMs, {SequenceSeen::Kind::kAh, static_cast<uint64_t>(i)});
  }
  CHECK(master.did().find('>') == std::string::npos);
  CHECK(backup.did().find('>') == std::string::npos);
  CHECK(backup->sequences().ah.value() == 100);
  CHECK(backup->state().master_address == ip("10.0.0.5"));
  CHECK(backup->state().master_interval_ns == 100 * kMs);
  // Handed over between the master's death and the timer, the backup still takes over on time.
  backup.pass(300 * kMs);
  backup.hand_over();
  backup.run_timer();
  CHECK(backup->role() == VrrpState::kMaster);
  CHECK(backup.now() == master.now() + 364'843'750);
}

TEST_CASE("a state of another layout is not taken up", "[vrrp]") {
  ElectionState state;
  CHECK(import_state(export_state(state)));
  CHECK_FALSE(import_state(export_state(state).first(sizeof state - 1)));
  ++state.layout;
  CHECK_FALSE(import_state(export_state(state)));
  state = {};
  state.priority = 0;
  CHECK_FALSE(import_state(export_state(state)));
}

TEST_CASE("a successor whose interval is shorter keeps to it from now on", "[vrrp]") {
  Router router = Router::master(3, 100);
  router.pass(100 * kMs);
  router.settings.advert_ns = 200 * kMs;
  router.hand_over();
  CHECK(router.did() == "timer+200");
}

}  // namespace
}  // namespace hawser::vrrp
