// SPDX-License-Identifier: MIT
#include "vrrp/proxy_health.h"

#include "base/testing.h"

namespace hawser {
namespace {

constexpr int64_t kMs = 1'000'000;
constexpr Millis kDeadline{500};

// A master and two workers whose heartbeats the test writes, and a clock of its own.
struct Site {
  Config config;
  std::unique_ptr<Shared> shared = std::move(Shared::create(config, 2)).value();
  ProxyHealth health{*shared, Millis(5000)};
  int64_t now_ns = 1'000'000 * kMs;

  Site() {
    beat(kMasterSlot);
    serve(0);
    serve(1);
    look();
  }
  void beat(uint32_t slot) { shared->process(slot).beat_ns.store(now_ns); }
  void set(uint32_t worker, ProcessState state) {
    shared->process(kFirstWorker + worker).state.store(state);
  }
  void serve(uint32_t worker) {
    set(worker, ProcessState::kServing);
    beat(kFirstWorker + worker);
  }
  void look() { health.look(now_ns); }
  // Time passes with everybody's heart beating but that of `silent`.
  void pass(Millis time, uint32_t silent) {
    for (auto left = time; left > Millis(0); left -= ProxyHealth::kPeriod) {
      now_ns += ProxyHealth::kPeriod.count() * kMs;
      for (const uint32_t slot : {uint32_t{kMasterSlot}, kFirstWorker + 0u, kFirstWorker + 1u}) {
        if (slot != silent) beat(slot);
      }
      look();
    }
  }
};

TEST_CASE("a proxy whose workers all serve is well") {
  Site site;
  CHECK(site.health.sick(kDeadline).empty());
}

TEST_CASE("a proxy is starting, and sick, until each worker has served once") {
  Config config;
  const auto shared = std::move(Shared::create(config, 1)).value();
  ProxyHealth health(*shared, Millis(5000));
  shared->process(kFirstWorker).state.store(ProcessState::kStarting);
  health.look(5 * kMs);
  CHECK(health.is_starting());
  CHECK(health.sick(kDeadline) == "worker 1 has not served yet");
}

TEST_CASE("a worker without a heartbeat counts as dead after the deadline, not before") {
  Site site;
  site.pass(Millis(500), kFirstWorker + 1);
  CHECK(site.health.sick(kDeadline).empty());
  site.pass(Millis(20), kFirstWorker + 1);
  CHECK(site.health.sick(kDeadline) == "worker 2 hangs: no heartbeat for 520 ms");
}

TEST_CASE("a worker that died and is back within the deadline moves nothing") {
  Site site;
  site.set(0, ProcessState::kDead);
  site.pass(Millis(20), kFirstWorker);
  CHECK(site.health.sick(kDeadline).empty());
  site.set(0, ProcessState::kStarting);
  site.pass(Millis(20), kFirstWorker);
  CHECK(site.health.sick(kDeadline).empty());
  site.serve(0);
  site.pass(Millis(1000), kVrrpSlot);
  CHECK(site.health.sick(kDeadline).empty());
}

TEST_CASE("a worker that stays dead counts after the deadline, although it is started again") {
  Site site;
  site.set(0, ProcessState::kDead);
  site.pass(Millis(300), kFirstWorker);
  // The master gives a fresh heartbeat to what it starts; it does not serve yet.
  site.set(0, ProcessState::kStarting);
  site.pass(Millis(220), kVrrpSlot);
  CHECK(site.health.sick(kDeadline) == "worker 1 does not get ready: no heartbeat for 520 ms");
}

TEST_CASE("a shorter deadline is kept as exactly") {
  Site site;
  site.pass(Millis(200), kFirstWorker);
  CHECK(site.health.sick(Millis(200)).empty());
  CHECK(site.health.due_ns(Millis(200)) == site.now_ns + 1);
  site.pass(Millis(20), kFirstWorker);
  CHECK_FALSE(site.health.sick(Millis(200)).empty());
}

TEST_CASE("a worker that can accept nothing is sick after the deadline, until it can") {
  Site site;
  auto& deaf_ns = site.shared->process(kFirstWorker + 1).deaf_ns;
  deaf_ns.store(site.now_ns);
  site.pass(Millis(500), kVrrpSlot);
  CHECK(site.health.sick(kDeadline).empty());
  CHECK(site.health.due_ns(kDeadline) == site.now_ns + 1);
  site.pass(Millis(20), kVrrpSlot);
  CHECK(site.health.sick(kDeadline) ==
        "worker 2 accepts no connections: no descriptors or memory for 520 ms");
  deaf_ns.store(0);
  site.look();
  CHECK(site.health.sick(kDeadline).empty());
}

TEST_CASE("a soft stop is told at once") {
  Site site;
  site.shared->header().stopping.store(1);
  site.look();
  CHECK(site.health.sick(kDeadline) == "the proxy is stopping");
}

TEST_CASE("a master that hangs for longer than the limit is told") {
  Site site;
  site.pass(Millis(5000), kMasterSlot);
  CHECK(site.health.sick(kDeadline).empty());
  site.pass(Millis(20), kMasterSlot);
  CHECK(site.health.sick(kDeadline) == "the master hangs");
}

TEST_CASE("whoever was stopped itself judges nobody by the time it missed") {
  Site site;
  site.now_ns += 60'000 * kMs;  // a paused machine: nobody's heart beat
  site.look();
  CHECK(site.health.sick(kDeadline).empty());
  site.pass(Millis(520), kFirstWorker);
  CHECK_FALSE(site.health.sick(kDeadline).empty());
}

}  // namespace
}  // namespace hawser
