// SPDX-License-Identifier: MIT
// What the log says when a server's state changes: HAProxy's words, which people's filters know.
#pragma once

#include <string>
#include <string_view>

#include "check/runner.h"
#include "check/verdict.h"
#include "config/model.h"

namespace hawser {

// How many servers of a backend take new sessions.
struct ServersLeft {
  uint32_t active = 0;
  uint32_t backup = 0;
  uint32_t total() const { return active + backup; }
};

// A server's load when its state changes.
struct LoadNow {
  uint32_t sessions = 0;
  uint32_t queued = 0;          // for this server
  uint32_t backend_queued = 0;  // for any server of the backend
};

// ", reason: Layer7 wrong status, code: 404, info: "Not Found", check duration: 3ms"
std::string reason_text(const CheckResult& result);

// "Health check for backup server be/b1 failed, reason: …, status: 1/2 UP."
std::string health_check_text(const ProxyConfig& backend, const ServerConfig& server,
                              const CheckResult& result, const Verdict& verdict,
                              const VerdictRules& rules);

// "Backup Server be/b1 is DOWN" and everything else that starts with a server's name.
std::string server_text(const ProxyConfig& backend, const ServerConfig& server,
                        std::string_view event);

// ". 1 active and 0 backup servers left. Running on backup. 0 sessions active, …": what remains
// after a server has gone,
std::string left_text(const ServersLeft& left, const LoadNow& load);
// and what is there after one has come, or drains.
std::string online_text(const ServersLeft& online, const LoadNow& load);

// "backend be has no server available!"
std::string no_server_text(const ProxyConfig& backend);

}  // namespace hawser
