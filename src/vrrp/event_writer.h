// SPDX-License-Identifier: MIT
// The vrrp process's way to tell what happens: lines in a ring in shared memory that control logs
// and acts on, because a process that keeps 10 ms adverts must not wait for a disk or a syslog.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/log.h"
#include "shm/shared.h"

namespace hawser {

class EventWriter {
 public:
  explicit EventWriter(Shared& shared) : shared_(shared) {}

  // `what` is a VrrpState that was entered, kVrrpReasserted, kVrrpStopped or kVrrpNote. Never
  // waits; when control does not keep up, the oldest lines are lost and their number is known. A
  // text that is too long is cut.
  void write(uint32_t instance, uint32_t what, uint8_t priority, LogLevel level,
             std::string_view text);

 private:
  Shared& shared_;
};

// Lets one line of a kind through, then one a minute, which says how many were held back.
class Repeats {
 public:
  // nullopt: say nothing. Otherwise how many times nothing was said since the last time.
  std::optional<uint32_t> count(int64_t now_ns);

 private:
  int64_t said_ns_ = INT64_MIN;
  uint32_t silent_ = 0;
};

}  // namespace hawser
