// SPDX-License-Identifier: MIT
#include "check/health.h"

#include <string.h>
#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "check/schedule.h"

namespace hawser {
namespace {

// Half of the descriptors: the rest is for the runtime sockets and logs.
uint32_t default_max_attempts() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 256;
  return static_cast<uint32_t>(std::clamp<rlim_t>(limit.rlim_cur / 2, 16, 65536));
}

}  // namespace

HealthChecker::Check::Check(HealthChecker& owner, uint32_t server)
    : due(
          [](WheelEntry& entry) {
            const Due& self = static_cast<Due&>(entry);
            self.checker.check_due(self.server);
          },
          owner, server),
      plan(plan_attempt(owner.report_.backend_of(server), owner.report_.config_of(server))),
      type(check_type_of(owner.report_.backend_of(server).check)) {}

HealthChecker::Ramp::Ramp(HealthChecker& owner, uint32_t server)
    : due(
          [](WheelEntry& entry) {
            const Due& self = static_cast<Due&>(entry);
            self.checker.step_ramp(self.server);
          },
          owner, server) {}

HealthChecker::HealthChecker(Loop& loop, const Config& config, Shared& shared, HealthEvents& events,
                             uint32_t max_attempts)
    : loop_(loop),
      config_(config),
      wheel_(loop.now_ms()),
      report_(config, shared, events),
      slots_(config.servers),
      max_attempts_(max_attempts != 0 ? max_attempts : default_max_attempts()),
      random_(static_cast<std::minstd_rand::result_type>(monotonic_ns())),
      self_(std::make_shared<HealthChecker*>(this)) {
  loop_.add_turn_hook([self = self_](int64_t now_ms) {
    return *self == nullptr ? INT64_MAX : (*self)->turn(now_ms);
  });
}

HealthChecker::~HealthChecker() {
  stop();
  *self_ = nullptr;
}

void HealthChecker::start() {
  std::vector<uint32_t> checked;
  Millis shortest = Millis::max();
  for (uint32_t server = 0; server < slots_.size(); ++server) {
    const ServerSettings& set = report_.config_of(server).set;
    if (report_.backend_of(server).disabled) continue;
    if (set.slowstart.count() > 0) {
      slots_[server].ramp = std::make_unique<Ramp>(*this, server);
      step_ramp(server);  // one that a predecessor has left half way goes on
    }
    if (!set.check) continue;
    slots_[server].check = std::make_unique<Check>(*this, server);
    shortest = std::min(shortest, check_interval(set, report_.certainty(server)));
    checked.push_back(server);
  }
  for (size_t i = 0; i < checked.size(); ++i) {
    const Millis delay = first_delay(i, checked.size(), shortest, config_.global.max_spread_checks);
    wheel_.set(slots_[checked[i]].check->due, loop_.now_ms() + delay.count());
  }
}

void HealthChecker::stop() {
  waiting_.clear();
  for (Slot& slot : slots_) {
    if (slot.check != nullptr) end_attempt(*slot.check);
    slot = {};
  }
}

int64_t HealthChecker::turn(int64_t now_ms) {
  wheel_.advance(now_ms);
  begin_waiting();
  report_.publish();
  return wheel_.next_ms();
}

bool HealthChecker::may_check(uint32_t server) {
  const HealthWord word = report_.word_of(server);
  return word.check_enabled && (word.admin & (kAdminMaint | kAdminForcedByConfig)) == 0;
}

void HealthChecker::check_due(uint32_t server) {
  Check& check = *slots_[server].check;
  if (check.attempt != nullptr || check.waiting || !may_check(server)) return;
  if (running_ < max_attempts_) return begin_attempt(server);
  check.waiting = true;
  waiting_.push_back(server);
}

void HealthChecker::begin_attempt(uint32_t server) {
  Check& check = *slots_[server].check;
  const ProxyConfig& backend = report_.backend_of(server);
  check.attempt = std::make_unique<Attempt>(
      loop_, wheel_, check.plan,
      check.type.make(backend.check, {backend, report_.config_of(server).name, check.plan.address}),
      [this, server](const CheckResult& result) { attempt_done(server, result); });
  ++running_;
  switch (check.attempt->start()) {
    case Attempt::Start::kRunning:
      shortage_logged_ = false;
      return;
    case Attempt::Start::kFailed:
      return attempt_done(server, check.attempt->result());
    case Attempt::Start::kNotTried:
      attempt_not_made(check, check.attempt->error());
      end_attempt(check);
      return schedule_next(server);
  }
}

void HealthChecker::attempt_done(uint32_t server, const CheckResult& result) {
  report_.check_answered(server, result, loop_.now_ms());
  end_attempt(*slots_[server].check);
  schedule_next(server);
  step_ramp(server);
}

void HealthChecker::attempt_not_made(const Check& check, int error) {
  if (std::exchange(shortage_logged_, true)) return;
  const ProxyConfig& backend = report_.backend_of(check.due.server);
  HW_ALERT("health checks are skipped, first that of server {}/{}: {}", backend.name,
           report_.config_of(check.due.server).name, strerror(error));
}

// The attempt may be the caller of our caller.
void HealthChecker::end_attempt(Check& check) {
  if (check.attempt == nullptr) return;
  check.attempt->cancel();
  loop_.bury(std::move(check.attempt));
  --running_;
}

void HealthChecker::begin_waiting() {
  while (!waiting_.empty() && running_ < max_attempts_) {
    const uint32_t server = waiting_.front();
    waiting_.pop_front();
    slots_[server].check->waiting = false;
    check_due(server);
  }
}

void HealthChecker::schedule_next(uint32_t server) {
  const Millis interval = check_interval(report_.config_of(server).set, report_.certainty(server));
  const double random = static_cast<double>(random_() - std::minstd_rand::min()) /
                        static_cast<double>(std::minstd_rand::max() - std::minstd_rand::min());
  const Millis wait = spread(interval, config_.global.spread_checks, random);
  wheel_.set(slots_[server].check->due, loop_.now_ms() + wait.count());
}

void HealthChecker::step_ramp(uint32_t server) {
  Ramp* ramp = slots_[server].ramp.get();
  if (ramp == nullptr) return;
  const int64_t next_ms = report_.slowstart_step(server, loop_.now_ms());
  if (next_ms == 0) {
    ramp->due.clear();
  } else {
    wheel_.set(ramp->due, next_ms);
  }
}

void HealthChecker::follow(uint32_t server) {
  if (Check* check = slots_[server].check.get(); check != nullptr) {
    if (!may_check(server)) {
      end_attempt(*check);
      check->due.clear();
    } else if (check->attempt == nullptr && !check->due.is_set()) {
      check_due(server);  // nobody knows what has become of it meanwhile
    }
  }
  step_ramp(server);
  report_.publish();
}

void HealthChecker::set_server_admin(uint32_t server, RuntimeControl::ServerAdmin admin) {
  report_.set_admin(server, admin, loop_.now_ms());
  follow(server);
}

Result<void> HealthChecker::set_server_weight(uint32_t server, std::string_view weight) {
  auto done = report_.set_weight(server, weight, loop_.now_ms());
  follow(server);
  return done;
}

void HealthChecker::set_server_health(uint32_t server, ServerHealth health) {
  report_.set_health(server, health, loop_.now_ms());
  follow(server);
}

void HealthChecker::enable_checks(uint32_t server, bool on) {
  report_.enable_checks(server, on);
  follow(server);
}

}  // namespace hawser
