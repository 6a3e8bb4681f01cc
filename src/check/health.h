// SPDX-License-Identifier: MIT
// All health checks of a configuration, made once for all workers: runs them when they are due, and
// carries out what operators want of servers. Lives in the control process.
#pragma once

#include <deque>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "admin/command.h"
#include "check/health_events.h"
#include "check/report.h"
#include "check/runner.h"
#include "config/model.h"
#include "loop/loop.h"
#include "loop/timer_wheel.h"
#include "shm/shared.h"

namespace hawser {

class HealthChecker {
 public:
  // At most `max_attempts` are made at once, and those that are due meanwhile wait for their turn;
  // 0: half of the descriptors that the process may open. Only the loop may outlive the rest.
  HealthChecker(Loop& loop, const Config& config, Shared& shared, HealthEvents& events,
                uint32_t max_attempts = 0);
  ~HealthChecker();
  HealthChecker(const HealthChecker&) = delete;
  HealthChecker& operator=(const HealthChecker&) = delete;

  void start();
  // Ends the attempts that are under way and makes no more. Servers stay as they are.
  void stop();

  // The servers' part of RuntimeControl. What they change is published when they return.
  void set_server_admin(uint32_t server, RuntimeControl::ServerAdmin admin);
  Result<void> set_server_weight(uint32_t server, std::string_view weight);
  void set_server_health(uint32_t server, ServerHealth health);
  void enable_checks(uint32_t server, bool on);
  std::string last_check_text(uint32_t server) const { return report_.last_text(server); }

  size_t attempts_running() const { return running_; }

 private:
  // A moment at which something is to be done with a server.
  struct Due : WheelEntry {
    Due(Callback callback, HealthChecker& owner, uint32_t position)
        : WheelEntry(callback), checker(owner), server(position) {}
    HealthChecker& checker;
    uint32_t server;
  };
  struct Check {
    Check(HealthChecker& owner, uint32_t server);
    Due due;
    AttemptPlan plan;
    const CheckType& type;
    std::unique_ptr<Attempt> attempt;
    bool waiting = false;  // in waiting_
  };
  struct Ramp {
    Ramp(HealthChecker& owner, uint32_t server);
    Due due;
  };
  struct Slot {
    std::unique_ptr<Check> check;  // of a server with `check`
    std::unique_ptr<Ramp> ramp;    // of a server with `slowstart`
  };

  int64_t turn(int64_t now_ms);
  bool may_check(uint32_t server);
  void check_due(uint32_t server);
  void begin_attempt(uint32_t server);
  void attempt_done(uint32_t server, const CheckResult& result);
  void attempt_not_made(const Check& check, int error);
  void end_attempt(Check& check);
  void begin_waiting();
  void schedule_next(uint32_t server);
  void step_ramp(uint32_t server);
  // After an operator's word: checks stop or go on, slow start begins or ends, all is published.
  void follow(uint32_t server);

  Loop& loop_;
  const Config& config_;
  TimerWheel wheel_;
  Report report_;
  std::vector<Slot> slots_;  // by global position
  std::deque<uint32_t> waiting_;
  uint32_t max_attempts_;
  uint32_t running_ = 0;
  bool shortage_logged_ = false;
  std::minstd_rand random_;
  std::shared_ptr<HealthChecker*> self_;  // the loop's hook looks whether we are still there
};

}  // namespace hawser
