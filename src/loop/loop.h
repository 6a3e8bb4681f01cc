// SPDX-License-Identifier: MIT
// One event loop: libuv for timers, signals, channels and everything that is not hot, and an epoll
// set of its own for the sockets of the data path, which libuv's set hangs in.
#pragma once

#include <sys/epoll.h>
#include <uv.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"

namespace hawser {

// A socket of the data path: told what epoll(7) reports for its descriptor. Edge-triggered: every
// edge is reported once.
//
// A turn has two passes, take_in() for all sockets and then on_io() for all, so that the kernel's
// receive path runs many times in a row, and then its send path, with the caches warm for it.
class IoHandler {
 public:
  // Notes what is reported, and may read. Acting on it is for on_io(): nobody may die in this pass.
  virtual void take_in(uint32_t /*epoll_events*/) {}
  virtual void on_io(uint32_t epoll_events) = 0;

 protected:
  ~IoHandler() = default;
};

// In a turn. kEarly: what it brings frees something that later ones may need.
enum class Rank : uint8_t { kEarly, kNormal };

class Loop {
 public:
  // What the time is: nanoseconds that never go back.
  using Clock = int64_t (*)();
  explicit Loop(Clock source = monotonic_ns);
  ~Loop();  // closes every handle that is left, and runs their close callbacks
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void run();  // until stop()
  void stop() { stopping_ = true; }

  // Milliseconds of the monotonic clock at the start of this turn.
  int64_t now_ms() const { return now_ms_; }
  int64_t now_ns() const { return now_ns_; }
  // A fresh reading, for what took place within a turn.
  int64_t read_clock() {
    now_ns_ = clock_();
    now_ms_ = now_ns_ / 1'000'000;
    return now_ns_;
  }

  // The share of the last second or more that the loop waited for something to do.
  uint32_t idle_percent() const { return idle_percent_; }

  // Registers a descriptor for its whole life: closing it ends the registration. false: errno says
  // why (ENOSPC, ENOMEM).
  bool watch(int fd, uint32_t epoll_events, IoHandler* handler, Rank rank = Rank::kNormal);
  void unwatch(int fd);
  // Forgets events of this turn that were not delivered yet; to be called when a handler dies in
  // the middle of a turn.
  void forget(const IoHandler* handler);

  // Calls `handler` with `events` at the start of the next turn, which then does not sleep: for a
  // handler that stopped in the middle of its work to let others have their turn.
  void again(IoHandler* handler, uint32_t events) { again_.push_back({handler, events}); }

  // Frees `object` at the end of the turn, so that no method runs on a freed `this`.
  template <class T>
  void bury(std::unique_ptr<T> object) {
    if (object)
      graveyard_.push_back({object.release(), [](void* p) { delete static_cast<T*>(p); }});
  }

  // Frees what was buried so far: for an owner that ends with everything its objects refer to.
  void empty_graveyard();

  // Calls `hook` once per turn: before the loop may sleep. It returns when it wants to be called
  // next, at the latest (milliseconds of the monotonic clock; INT64_MAX: whenever).
  using TurnHook = std::function<int64_t(int64_t now_ms)>;
  void add_turn_hook(TurnHook hook) { hooks_.push_back(std::move(hook)); }

  uv_loop_t* uv() { return &uv_; }

  // In a child that was forked in the middle of a turn and makes a loop of its own: closes the
  // copies of this one's descriptors, without telling the kernel objects that the parent still
  // uses. Nothing else may be done with this loop there, not even destroying it.
  void close_descriptors();

 private:
  struct Ready {
    IoHandler* handler;
    uint32_t events;
  };
  struct Grave {
    void* object;
    void (*free)(void*);
  };
  void turn();
  void note_ready(std::span<const epoll_event> events, Rank rank);
  int sleep_ms();
  void count_idle(int64_t waited_ns);

  Clock clock_;
  uv_loop_t uv_;
  Fd epoll_;
  bool stopping_ = false;
  bool uv_ready_ = false;
  int64_t now_ns_ = 0;
  int64_t now_ms_ = 0;  // the same: asked for dozens of times a request
  int64_t hook_due_ms_ = 0;
  int64_t idle_since_ns_ = 0, idle_ns_ = 0;  // what is counted at present: from when, and how much
  uint32_t idle_percent_ = 100;
  std::vector<Ready> ready_, again_;
  size_t next_ready_ = 0;
  std::vector<Grave> graveyard_;
  std::vector<TurnHook> hooks_;
};

}  // namespace hawser
