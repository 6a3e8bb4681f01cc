// SPDX-License-Identifier: MIT
// The kernel's news of processes that start, change their program or end: the netlink proc
// connector. Needs CAP_NET_ADMIN, in the first user and process namespace, when it is opened.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>

#include "base/result.h"
#include "loop/watch.h"

namespace hawser {

class ProcConnector {
 public:
  struct Events {
    std::function<void(pid_t)> changed;  // started, or executes something else, or is renamed
    std::function<void(pid_t)> ended;
    std::function<void()> lost;  // events were: look at everything
  };
  // An error: errno in it says why; the caller has to poll.
  static Result<std::unique_ptr<ProcConnector>> open(Loop& loop, Events events);

 private:
  ProcConnector(Loop& loop, Fd fd, Events events);
  void receive();
  Fd fd_;
  Events events_;
  FdWatch watch_;
};

}  // namespace hawser
