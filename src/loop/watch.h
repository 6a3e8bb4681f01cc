// SPDX-License-Identifier: MIT
// Readiness of a descriptor, one-shot and periodic timers, signals, doorbells: libuv behind types
// that cannot dangle. Everything here belongs to one loop and is used from its thread only.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>

#include "base/clock.h"
#include "base/fd.h"
#include "loop/handle.h"
#include "loop/loop.h"

namespace hawser {

// Tells when a descriptor is readable or writable, level-triggered. The descriptor stays the
// caller's and must be open, and non-blocking, until the watch is gone. Data-path connections have
// their own, leaner form in proxy/net.
class FdWatch {
 public:
  enum Event : int { kRead = UV_READABLE, kWrite = UV_WRITABLE };
  using Callback = std::function<void(int events)>;
  FdWatch(Loop& loop, int fd, int events, Callback callback);

  void set(int events);  // 0: pause

 private:
  struct State;
  UvPtr<uv_poll_t> handle_;
  std::unique_ptr<Callback> callback_;
  int events_ = 0;
};

class Timer {
 public:
  using Callback = std::function<void()>;
  Timer(Loop& loop, Callback callback);

  void start(Millis delay, Millis period = Millis(0));  // restarts a running timer; period 0: once
  void stop();
  bool is_running() const;

 private:
  UvPtr<uv_timer_t> handle_;
  std::unique_ptr<Callback> callback_;
};

// Signals through signalfd(2), so that no handler is inherited by a child. Blocks the signals in
// this process.
class SignalWatch {
 public:
  using Callback = std::function<void(int signal)>;
  SignalWatch(Loop& loop, std::initializer_list<int> signals, Callback callback);
  int fd() const { return fd_.get(); }

 private:
  Fd fd_;
  std::unique_ptr<FdWatch> watch_;
};

// An eventfd made by the master, on which other processes ring to wake this loop.
class Doorbell {
 public:
  Doorbell(Loop& loop, int eventfd, std::function<void()> callback);
  static int make();              // non-blocking, kept over fork; -1: errno says why
  static void ring(int eventfd);  // any process

 private:
  FdWatch watch_;
};

}  // namespace hawser
