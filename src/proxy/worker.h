// SPDX-License-Identifier: MIT
// The data path of one worker process: listeners, sessions, server connections.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "config/model.h"
#include "logging/log_out.h"
#include "loop/loop.h"
#include "loop/role.h"
#include "shm/shared.h"

namespace hawser {

// A listening socket that the master opened (or adopted) and every worker inherited. The descriptor
// is the master's.
struct ListenSocket {
  const BindConfig* bind;
  uint32_t listener;  // global index, for the counters
  uint32_t owner;     // the worker that accepts on it; kNoIndex: all do (fd@N, unix sockets)
  int fd;
  int backlog = 0;
};

struct WorkerSetup {
  const Config& config;
  Shared& shared;
  uint32_t worker;  // 0 … workers-1
  std::vector<ListenSocket>
      sockets;  // of all workers: neighbours of a dead or hung worker accept for it
  LogOut& log;
};

std::unique_ptr<Role> make_worker_role(Loop& loop, WorkerSetup setup);

}  // namespace hawser
