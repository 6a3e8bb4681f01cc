// SPDX-License-Identifier: MIT
// Real processes with roles that do nothing, or what a test asks for.
#include "process/generation.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/testing.h"

namespace hawser {
namespace {

// A counter in shared memory tells the processes how to behave.
enum Behaviour : uint64_t { kServes = 0, kExitsAtStart };

class TestRole : public Role {
 public:
  TestRole(Shared& shared, uint32_t slot) : shared_(shared), slot_(slot) {}
  void start(std::function<void()> ready) override {
    const uint64_t behaviour = shared_.process_counters(0).conn_tot.value();
    if (slot_ != kControlSlot && behaviour == kExitsAtStart) _exit(7);
    ready();
  }
  // Workers that serve no more would be missed while a vrrp process has its addresses still.
  void drain(std::function<void()> finished) override {
    if (slot_ == kVrrpSlot) {
      const bool serves = shared_.process(kFirstWorker).state == ProcessState::kServing &&
                          shared_.header().stopping == 0;
      shared_.process_counters(0).lost_conns.add(serves ? 1 : 100);
    }
    finished();
  }
  void stop(std::function<void()> finished) override { finished(); }
  std::string answer(const std::string&) override { return ""; }
  void doorbell() override {}

 private:
  Shared& shared_;
  uint32_t slot_;
};

void open_no_log(const Config&, Counter*) {}
std::unique_ptr<Role> make_test_worker(Loop&, const Inherited& inherited, uint32_t worker) {
  return std::make_unique<TestRole>(inherited.shared, kFirstWorker + worker);
}
// NOLINTNEXTLINE(performance-unnecessary-value-param): the type of what makes control.
std::unique_ptr<Role> make_test_control(Loop&, const Inherited& inherited, AskWorkers) {
  return std::make_unique<TestRole>(inherited.shared, kControlSlot);
}
std::unique_ptr<Role> make_test_vrrp(Loop&, const Inherited& inherited) {
  return std::make_unique<TestRole>(inherited.shared, kVrrpSlot);
}
int releases = 0;  // in this process: the master's
void count_release(const Config&) { ++releases; }
constexpr RoleMakers kTestRoles = {open_no_log, make_test_worker, make_test_control, make_test_vrrp,
                                   count_release};

struct Processes {
  Config config;
  std::unique_ptr<Shared> shared;
  std::vector<std::string> problems;
  std::unique_ptr<Listeners> listeners;
  std::unique_ptr<Inherited> inherited;
  Loop loop;
  bool ready = false, ended = false;
  bool reaps = true;  // false: nobody's end is told, as while it still closes its connections
  std::string failure;
  std::unique_ptr<SignalWatch> signals;
  std::unique_ptr<Generation> generation;

  explicit Processes(uint32_t workers, Behaviour behaviour = kServes,
                     Millis hung_after = Millis(60'000), bool vrrp = false) {
    config.global.hung_worker_timeout = hung_after;
    if (vrrp) config.vrrp_instances.emplace_back();
    releases = 0;
    config.proxies.push_back(std::make_unique<ProxyConfig>());
    config.first_server = config.first_listener = {0};
    auto made = Shared::create(config, workers);
    REQUIRE(made);
    shared = std::move(made).value();
    shared->process_counters(0).conn_tot.add(behaviour);
    listeners = std::make_unique<Listeners>(
        config, workers, 10, [](SourcePos) { return std::string(); }, problems);
    inherited =
        std::make_unique<Inherited>(Inherited{config, *shared, *listeners, {}, {}, false, false});
    signals = std::make_unique<SignalWatch>(loop, std::initializer_list<int>{SIGCHLD}, [this](int) {
      if (reaps) reap();
    });
    generation = std::make_unique<Generation>(
        loop, *inherited, kTestRoles,
        GenerationEvents{[this] { ready = true; },
                         [this](std::string why) { failure = std::move(why); },
                         [this] { ended = true; }},
        [this] {
          loop.close_descriptors();
          close(signals->fd());
        });
    generation->start();
  }
  ~Processes() {
    reaps = true;
    reap();
    generation->stop();
    run_until([this] { return ended; });
  }

  void reap() {
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) generation->reap(pid, status);
  }

  Heartbeat& worker(uint32_t n) { return shared->process(kFirstWorker + n); }

  // Lets the loop run until `condition`, but not for ever.
  template <class Condition>
  bool run_until(Condition condition) {
    bool in_time = true;
    Timer deadline(loop, [&] {
      in_time = false;
      loop.stop();
    });
    deadline.start(Millis(20'000));
    loop.add_turn_hook([this, condition, done = false](int64_t now_ms) mutable {
      if (!done && condition()) {
        done = true;
        loop.stop();
      }
      return done ? INT64_MAX : now_ms + 1;
    });
    loop.run();
    return in_time;
  }
};

TEST_CASE("everybody serves, is known by pid and beats") {
  Processes processes(2);
  REQUIRE(processes.run_until([&] { return processes.ready; }));
  for (uint32_t i = 0; i < 2; ++i) {
    CHECK(processes.worker(i).state == ProcessState::kServing);
    CHECK(getpgid(processes.worker(i).pid) >= 0);
  }
  const int64_t before = processes.worker(0).beat_ns;
  CHECK(processes.run_until([&] { return processes.worker(0).beat_ns > before; }));
}

TEST_CASE("a worker that is killed is replaced, and its connections are taken back") {
  Processes processes(2);
  REQUIRE(processes.run_until([&] { return processes.ready; }));
  processes.shared->header().conns = 3;
  processes.shared->proxy_gauges(1, 0).fe_conns = 2;
  const pid_t victim = processes.worker(1).pid;
  const pid_t neighbour = processes.worker(0).pid;
  kill(victim, SIGKILL);
  CHECK(processes.run_until([&] {
    return processes.worker(1).restarts == 1 && processes.worker(1).state == ProcessState::kServing;
  }));
  CHECK(processes.worker(1).pid != victim);
  CHECK(processes.worker(0).pid == neighbour);
  CHECK(processes.shared->header().conns == 1);
  CHECK(processes.shared->process_counters(1).lost_conns.value() == 2);
}

std::vector<std::string> log_lines;
struct CapturedLog {
  CapturedLog() {
    log_lines.clear();
    set_log_stderr(false);
    set_log_sink([](LogLevel, std::string_view text) { log_lines.emplace_back(text); });
  }
  ~CapturedLog() {
    set_log_sink(nullptr);
    set_log_stderr(true);
  }
};

TEST_CASE("a worker that cannot be reaped yet is replaced already") {
  Processes processes(2);
  REQUIRE(processes.run_until([&] { return processes.ready; }));
  Heartbeat& worker = processes.worker(1);
  processes.shared->proxy_gauges(1, 0).fe_conns = 2;
  const CapturedLog log;
  const pid_t victim = worker.pid;
  processes.reaps = false;
  kill(victim, SIGKILL);
  CHECK(processes.run_until(
      [&] { return worker.restarts == 1 && worker.state == ProcessState::kServing; }));
  CHECK(worker.pid != victim);
  CHECK(kill(victim, 0) == 0);
  CHECK(processes.shared->process_counters(1).lost_conns.value() == 2);

  SECTION("its end is told before the return of its successor") {
    processes.reap();
    CHECK(processes.run_until([&] { return log_lines.size() == 2; }));
    CHECK_THAT(log_lines[0], Catch::Matchers::Contains("was killed by SIGKILL") &&
                                 Catch::Matchers::EndsWith("; 2 client connections lost"));
    CHECK_THAT(log_lines[1], Catch::Matchers::Contains("serves again"));
    CHECK(worker.restarts == 1);
  }
  SECTION("the program has not ended before it is reaped") {
    processes.generation->stop();
    const auto all_gone = [&] {
      return worker.pid == 0 && processes.worker(0).pid == 0 &&
             processes.shared->process(kControlSlot).pid == 0;
    };
    CHECK(processes.run_until([&] {
      for (const pid_t pid : {worker.pid.load(), processes.worker(0).pid.load(),
                              processes.shared->process(kControlSlot).pid.load()}) {
        int status;
        if (pid > 0 && waitpid(pid, &status, WNOHANG) == pid) {
          processes.generation->reap(pid, status);
        }
      }
      return all_gone();
    }));
    CHECK_FALSE(processes.ended);
    processes.reap();
    CHECK(processes.ended);
  }
}

TEST_CASE("a worker that hangs is killed and replaced") {
  Processes processes(1, kServes, Millis(1000));
  REQUIRE(processes.run_until([&] { return processes.ready; }));
  const pid_t victim = processes.worker(0).pid;
  kill(victim, SIGSTOP);
  CHECK(processes.run_until([&] {
    return processes.worker(0).restarts == 1 && processes.worker(0).state == ProcessState::kServing;
  }));
}

TEST_CASE("workers that die again and again leave the master watching the right descriptors") {
  Processes processes(2);
  REQUIRE(processes.run_until([&] { return processes.ready; }));
  // The descriptors of the dead are used again at once, whatever the order of their last events.
  for (uint32_t round = 1; round <= 3; ++round) {
    kill(processes.worker(0).pid, SIGKILL);
    kill(processes.worker(1).pid, SIGKILL);
    REQUIRE(processes.run_until([&] {
      return processes.worker(0).restarts == round && processes.worker(1).restarts == round &&
             processes.worker(0).state == ProcessState::kServing &&
             processes.worker(1).state == ProcessState::kServing;
    }));
  }
}

TEST_CASE("workers that end before they serve make the start fail") {
  Processes processes(2, kExitsAtStart);
  CHECK(processes.run_until([&] { return !processes.failure.empty(); }));
  CHECK_THAT(processes.failure, Catch::Matchers::Contains("5 times"));
  CHECK_FALSE(processes.ready);
}

TEST_CASE("a soft stop ends everybody in order") {
  Processes processes(2);
  REQUIRE(processes.run_until([&] { return processes.ready; }));
  processes.generation->drain();
  CHECK(processes.run_until([&] { return processes.ended; }));
  CHECK(processes.shared->header().stopping == 1);
  CHECK(processes.worker(0).state == ProcessState::kAbsent);
}

TEST_CASE("a vrrp process runs where the configuration has virtual routers") {
  Processes processes(1, kServes, Millis(60'000), true);
  CHECK(processes.run_until([&] { return processes.ready; }));
  CHECK(processes.shared->process(kVrrpSlot).state == ProcessState::kServing);
}

TEST_CASE("no vrrp process runs without a virtual router") {
  Processes processes(1);
  CHECK(processes.run_until([&] { return processes.ready; }));
  CHECK(processes.shared->process(kVrrpSlot).pid == 0);
}

TEST_CASE("the addresses of a killed vrrp process are released before it is replaced") {
  Processes processes(1, kServes, Millis(60'000), true);
  REQUIRE(processes.run_until([&] { return processes.ready; }));
  Heartbeat& vrrp = processes.shared->process(kVrrpSlot);
  kill(vrrp.pid, SIGKILL);
  CHECK(processes.run_until([&] { return vrrp.restarts == 1; }));
  CHECK(releases == 1);
  CHECK(processes.run_until([&] { return vrrp.state == ProcessState::kServing; }));
}

TEST_CASE("a vrrp process hands its addresses over before all others end") {
  Processes processes(1, kServes, Millis(60'000), true);
  REQUIRE(processes.run_until([&] { return processes.ready; }));
  SECTION("for a stop") { processes.generation->stop(); }
  SECTION("for a soft stop") { processes.generation->drain(); }
  CHECK(processes.run_until([&] { return processes.ended; }));
  CHECK(processes.shared->process_counters(0).lost_conns.value() == 1);
  CHECK(releases == 0);
}

TEST_CASE("a stop that is asked for twice waits for no address") {
  Processes processes(1, kServes, Millis(60'000), true);
  REQUIRE(processes.run_until([&] { return processes.ready; }));
  processes.generation->stop();
  CHECK(processes.shared->header().stopping == 0);
  processes.generation->stop();
  CHECK(processes.shared->header().stopping == 1);
  CHECK(processes.run_until([&] { return processes.ended; }));
}

}  // namespace
}  // namespace hawser
