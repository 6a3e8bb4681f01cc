// SPDX-License-Identifier: MIT
// What the health checks tell the process they live in.
#pragma once

#include <span>
#include <string_view>

#include "config/model.h"

namespace hawser {

class HealthEvents {
 public:
  virtual ~HealthEvents() = default;
  // A line for the log of `backend`.
  virtual void log(const ProxyConfig& backend, LogLevel level, std::string_view text) = 0;
  // States or weights of servers have changed, and shared memory says so already: the schedules of
  // `backends` are to be published and the workers woken. Called once a turn, and at the start for
  // all backends.
  virtual void servers_changed(std::span<const ProxyConfig* const> backends) = 0;
};

}  // namespace hawser
