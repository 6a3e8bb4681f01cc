// SPDX-License-Identifier: MIT
// One libuv loop and what must not outlive a turn of it.
#pragma once

#include <uv.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/clock.h"

namespace hawser {

class Loop {
 public:
  Loop();
  ~Loop();  // closes every handle that is left, and runs their close callbacks
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void run();  // until stop(), or nothing is left to watch
  void stop() { uv_stop(&uv_); }

  // Milliseconds of the monotonic clock at the start of this turn, and a fresh reading.
  int64_t now_ms() const { return static_cast<int64_t>(uv_now(&uv_)); }
  void update_time() { uv_update_time(&uv_); }

  // Frees `object` at the end of the turn, so that no method runs on a freed `this`.
  template <class T>
  void bury(std::unique_ptr<T> object) {
    if (object)
      graveyard_.push_back({object.release(), [](void* p) { delete static_cast<T*>(p); }});
  }

  // Calls `hook` once per turn, after all events of the turn.
  void set_end_of_turn(std::function<void()> hook) { end_of_turn_ = std::move(hook); }

  uv_loop_t* uv() { return &uv_; }

 private:
  void empty_graveyard();
  struct Grave {
    void* object;
    void (*free)(void*);
  };
  uv_loop_t uv_;
  uv_check_t check_;  // runs after the poll phase
  std::vector<Grave> graveyard_;
  std::function<void()> end_of_turn_;
};

}  // namespace hawser
