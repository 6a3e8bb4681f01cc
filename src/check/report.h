// SPDX-License-Identifier: MIT
// The only writer of ServerState and BackendState: applies answers of checks and words of
// operators, counts what is left, logs, and tells which backends have changed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "admin/command.h"
#include "check/health_events.h"
#include "check/messages.h"
#include "check/runner.h"
#include "config/model.h"
#include "shm/shared.h"

namespace hawser {

class Report {
 public:
  // Takes the servers over as shared memory has them: as the configuration says after a start, as a
  // predecessor left them after its death.
  Report(const Config& config, Shared& shared, HealthEvents& events);

  // Each is of a server by its global position, at a time of the monotonic clock.
  void check_answered(uint32_t server, const CheckResult& result, int64_t now_ms);
  void set_admin(uint32_t server, RuntimeControl::ServerAdmin admin, int64_t now_ms);
  void set_health(uint32_t server, ServerHealth health, int64_t now_ms);
  // "10", or "50%" of the configured weight; fails in HAProxy's words.
  Result<void> set_weight(uint32_t server, std::string_view weight, int64_t now_ms);
  void enable_checks(uint32_t server, bool on);

  // Slow start: brings the weight up to date and returns when to call again; 0: never.
  int64_t slowstart_step(uint32_t server, int64_t now_ms);

  // Tells `events` which backends' servers have changed since the last call; at the first one, all.
  void publish();

  const ProxyConfig& backend_of(uint32_t server) const { return *entries_[server].backend; }
  const ServerConfig& config_of(uint32_t server) const { return *entries_[server].config; }
  HealthWord word_of(uint32_t server) { return health_of(shared_.server_state(server)); }
  Certainty certainty(uint32_t server);
  const std::string& last_text(uint32_t server) const { return entries_[server].last_text; }

 private:
  struct Entry {
    const ProxyConfig* backend = nullptr;
    const ServerConfig* config = nullptr;
    bool ramping = false;  // in slow start
    std::string last_text;
  };
  struct Backend {
    ServersLeft left;
    bool changed = false;
  };

  bool takes_sessions(uint32_t server);
  VerdictRules rules_of(uint32_t server) const;
  LoadNow load_of(uint32_t server);
  // Stores `word` and what follows from it: times, counters, weight, what is left of the backend.
  void store(uint32_t server, const HealthWord& word, int64_t now_ms);
  void store_weight(uint32_t server, int64_t now_ms);
  void count(uint32_t server, bool took_sessions);
  void mark_changed(const ProxyConfig& backend);
  // Ends every change: a backend that has gone down, or come back, is told after its servers.
  void settle(const ProxyConfig& backend, int64_t now_ms);
  void log(uint32_t server, LogLevel level, std::string_view event);
  void log_health(uint32_t server, const HealthWord& before, std::string_view cause);
  void enter_maintenance(uint32_t server, const HealthWord& before);
  void leave_maintenance(uint32_t server, std::string_view into);
  // What a message ends in: how many servers are left, or online.
  std::string surroundings(uint32_t server, ServerHealth health);

  Shared& shared_;
  HealthEvents& events_;
  std::vector<Entry> entries_;
  std::vector<Backend> backends_;
  std::vector<const ProxyConfig*> changed_;  // each once
};

}  // namespace hawser
