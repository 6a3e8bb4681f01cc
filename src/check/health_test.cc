// SPDX-License-Identifier: MIT
#include "check/health.h"

#include <dirent.h>

#include "check/test_farm.h"
#include "loop/watch.h"

namespace hawser {
namespace {

// A loopback port of the kernel's choice, which refuses connections unless it is open. Nobody
// accepts them, which is no matter to a TCP check.
class Port {
 public:
  Port() : address_(*Address::parse_ip("127.0.0.1")) { bind_anew(); }
  void open() { REQUIRE(listen(fd_.get(), 1024) == 0); }
  void shut() { bind_anew(); }
  const Address& address() const { return address_; }

 private:
  void bind_anew() {
    fd_.reset();
    fd_.reset(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    REQUIRE(setsockopt(fd_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0);
    sockaddr_storage storage;
    socklen_t length = address_.to_sockaddr(storage);
    REQUIRE(bind(fd_.get(), reinterpret_cast<sockaddr*>(&storage), length) == 0);
    REQUIRE(getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&storage), &length) == 0);
    address_ = Address::from_sockaddr(reinterpret_cast<sockaddr*>(&storage), length);
  }
  Fd fd_;
  Address address_;
};

struct Bench : CheckedFarm {
  explicit Bench(uint32_t servers) : CheckedFarm(servers) {
    for (uint32_t i = 0; i < servers; ++i) {
      settings(i).inter = Millis(5);
      backend().timeouts[static_cast<size_t>(Timeout::kCheck)] = Millis(5000);
      backend().servers[i].address = port.address();
    }
  }
  // Runs the loop until a change has been published after which `done` holds.
  template <class Condition>
  void run_until(Loop& loop, Condition done) {
    on_change = [&] {
      if (done()) loop.stop();
    };
    Timer deadline(loop, [&loop] { loop.stop(); });
    deadline.start(Millis(20'000));
    loop.run();
    on_change = nullptr;
    REQUIRE(done());
  }
  Port port;
};

size_t open_descriptors() {
  size_t count = 0;
  DIR* dir = opendir("/proc/self/fd");
  while (readdir(dir) != nullptr) ++count;
  closedir(dir);
  return count;
}

TEST_CASE("a server goes out when its port refuses, and comes back when it listens") {
  Loop loop;
  Bench bench(1);
  bench.port.open();
  HealthChecker checker(loop, bench.config, bench.shared(), bench);
  checker.start();
  bench.run_until(loop, [&] { return bench.publications > 0; });
  bench.port.shut();
  bench.run_until(loop, [&] { return !bench.is_up(0); });
  const std::string took = std::to_string(bench.state(0).check_ms.load());
  CHECK(bench.told() ==
        Lines{"alert: Server be/s1 is DOWN, reason: Layer4 connection problem, info: \"Connection "
              "refused\", check duration: " +
                  took +
                  "ms. 0 active and 0 backup servers left. 0 sessions "
                  "active, 0 requeued, 0 remaining in queue.",
              "emerg: backend be has no server available!"});
  CHECK(checker.last_check_text(0) == "Connection refused");
  bench.port.open();
  bench.run_until(loop, [&] { return bench.is_up(0); });
  CHECK(health_of(bench.state(0)).streak == 4);
}

TEST_CASE("many checks wait for their turn, are all made, and leave no descriptor behind") {
  Loop loop;
  Bench bench(200);
  bench.shared();
  const size_t before = open_descriptors();
  {
    HealthChecker checker(loop, bench.config, bench.shared(), bench, 3);
    size_t most = 0;
    loop.add_turn_hook([&](int64_t) {
      most = std::max(most, checker.attempts_running());
      return INT64_MAX;
    });
    checker.start();
    bench.run_until(loop, [&] {
      for (uint32_t i = 0; i < 200; ++i) {
        if (bench.is_up(i)) return false;
      }
      return true;
    });
    CHECK(most <= 3);
    checker.stop();
    CHECK(checker.attempts_running() == 0);
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE("no check is made in maintenance, and one at once after it") {
  Loop loop;
  Bench bench(2);
  bench.settings(0).inter = Millis(3'600'000);
  HealthChecker checker(loop, bench.config, bench.shared(), bench);
  checker.set_server_admin(0, RuntimeControl::ServerAdmin::kMaint);
  checker.start();
  bench.run_until(loop, [&] { return !bench.is_up(1); });
  CHECK_FALSE(health_of(bench.state(0)).checked);
  checker.set_server_admin(0, RuntimeControl::ServerAdmin::kReady);
  bench.run_until(loop, [&] { return health_of(bench.state(0)).checked; });
  CHECK_FALSE(bench.is_up(0));
}

TEST_CASE("checks can be switched off and on for a server") {
  Loop loop;
  Bench bench(2);
  HealthChecker checker(loop, bench.config, bench.shared(), bench);
  checker.enable_checks(0, false);
  checker.start();
  bench.run_until(loop, [&] { return !bench.is_up(1); });
  CHECK(bench.is_up(0));
  CHECK_FALSE(health_of(bench.state(0)).check_enabled);
  checker.enable_checks(0, true);
  bench.run_until(loop, [&] { return !bench.is_up(0); });
}

TEST_CASE("an operator's word is published before its function returns") {
  Loop loop;
  Bench bench(1);
  HealthChecker checker(loop, bench.config, bench.shared(), bench);
  checker.enable_checks(0, true);
  bench.publications = 0;
  checker.set_server_admin(0, RuntimeControl::ServerAdmin::kDrain);
  CHECK(bench.publications == 1);
  CHECK(checker.set_server_weight(0, "50%"));
  checker.set_server_health(0, ServerHealth::kDown);
  CHECK(bench.publications == 2);
}

TEST_CASE("slow start takes its steps by itself") {
  Loop loop;
  Bench bench(1);
  bench.settings(0).check = false;
  bench.settings(0).slowstart = Millis(48);
  HealthChecker checker(loop, bench.config, bench.shared(), bench);
  checker.start();
  checker.set_server_admin(0, RuntimeControl::ServerAdmin::kMaint);
  checker.set_server_admin(0, RuntimeControl::ServerAdmin::kReady);
  CHECK(bench.state(0).weight == 10);
  uint32_t last = 10;
  bench.run_until(loop, [&] {
    const uint32_t weight = bench.state(0).weight;
    CHECK(weight >= last);
    last = weight;
    return weight == 160;
  });
}

TEST_CASE("servers of a disabled backend are not checked") {
  Loop loop;
  Bench bench(1);
  bench.backend().disabled = true;
  HealthChecker checker(loop, bench.config, bench.shared(), bench);
  checker.start();
  bench.run_until(loop, [&] { return bench.publications == 1; });
  CHECK(checker.attempts_running() == 0);
}

TEST_CASE("a checker may go while its checks are under way") {
  Loop loop;
  Bench bench(20);
  auto checker = std::make_unique<HealthChecker>(loop, bench.config, bench.shared(), bench);
  checker->start();
  bench.run_until(loop, [&] { return !bench.is_up(0); });
  checker.reset();
  Timer later(loop, [&] { loop.stop(); });
  later.start(Millis(0));
  loop.run();
}

}  // namespace
}  // namespace hawser
