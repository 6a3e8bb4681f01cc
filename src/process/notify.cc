// SPDX-License-Identifier: MIT
#include "process/notify.h"

#include <fmt/core.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

namespace hawser {

void SystemdNotifier::ready(std::string_view status) {
  if (!on_) return;
  sd_notify(0, fmt::format("READY=1\nMAINPID={}\nSTATUS={}", getpid(), status).c_str());
  uint64_t limit_us = 0;
  if (sd_watchdog_enabled(0, &limit_us) <= 0) return;
  const auto period = std::chrono::duration_cast<Millis>(Micros(limit_us / 2));
  watchdog_ = std::make_unique<Timer>(loop_, [] { sd_notify(0, "WATCHDOG=1"); });
  watchdog_->start(Millis(0), std::max(period, Millis(1)));
}

void SystemdNotifier::stopping(std::string_view status) {
  if (on_) sd_notify(0, fmt::format("STOPPING=1\nSTATUS={}", status).c_str());
}

}  // namespace hawser
