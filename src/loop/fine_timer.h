// SPDX-License-Identifier: MIT
// A timer for work that milliseconds are too coarse for: timerfd_create(2) in the loop's own epoll
// set, so that it is served before anything that libuv watches.
#pragma once

#include <cstdint>
#include <functional>

#include "base/fd.h"
#include "loop/loop.h"

namespace hawser {

class FineTimer final : private IoHandler {
 public:
  using Callback = std::function<void()>;
  // Aborts when the process is out of descriptors: to be made at its start.
  FineTimer(Loop& loop, Callback callback);
  ~FineTimer();
  FineTimer(const FineTimer&) = delete;
  FineTimer& operator=(const FineTimer&) = delete;

  // Calls back once, in the first turn after this time of the monotonic clock (ns); a time that is
  // over: in the next turn. Replaces the time set before; INT64_MAX: never.
  void set(int64_t at_ns);

 private:
  void on_io(uint32_t epoll_events) override;
  Loop& loop_;
  Callback callback_;
  Fd fd_;
  int64_t at_ns_ = INT64_MAX;
};

}  // namespace hawser
