// SPDX-License-Identifier: MIT
// What a successor process takes up: timers, and the numbers of what was sent and heard.
#include "base/testing.h"
#include "vrrp/election.h"
#include "vrrp/election_testing.h"

namespace hawser::vrrp {
namespace {

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
  for (int64_t i = 1; i <= 100; ++i) {
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
