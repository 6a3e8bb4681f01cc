// SPDX-License-Identifier: MIT
#pragma once

#include "process/generation.h"

namespace hawser {

// The master's knowledge of one process of a generation, over all its lives.
struct Generation::Member {
  uint32_t slot = 0;
  std::string name;
  Heartbeat* heartbeat = nullptr;

  pid_t pid = 0;  // 0: dead
  int64_t started_ns = 0;
  std::unique_ptr<Channel> channel;
  std::unique_ptr<Timer> restart;
  RestartPacer pacer;
  bool serves = false;      // in this life
  bool has_served = false;  // in any
  int early_deaths = 0;     // before it ever served, each within a second
  bool stale = false;       // its neighbours accept for it
  Fd stack_pipe;
  std::unique_ptr<FdWatch> stack_watch;
  std::string stack;          // what a hung process wrote
  int64_t hung_since_ns = 0;  // 0: it is not
  bool killed = false;        // SIGKILL is on its way

  bool is_worker() const { return slot >= kFirstWorker; }
  uint32_t worker() const { return slot - kFirstWorker; }
};

}  // namespace hawser
