// SPDX-License-Identifier: MIT
#include "loop/loop.h"

#include "base/assert.h"

namespace hawser {

Loop::Loop() {
  HW_ASSERT(uv_loop_init(&uv_) == 0);
  uv_check_init(&uv_, &check_);
  check_.data = this;
  uv_check_start(&check_, [](uv_check_t* handle) {
    auto* loop = static_cast<Loop*>(handle->data);
    if (loop->end_of_turn_) loop->end_of_turn_();
    loop->empty_graveyard();
  });
  uv_unref(reinterpret_cast<uv_handle_t*>(&check_));
}

Loop::~Loop() {
  empty_graveyard();
  uv_close(reinterpret_cast<uv_handle_t*>(&check_), nullptr);
  while (uv_run(&uv_, UV_RUN_NOWAIT) != 0) {
  }
  HW_ASSERT(uv_loop_close(&uv_) == 0);  // an owner of a handle outlives its loop
}

void Loop::run() {
  uv_run(&uv_, UV_RUN_DEFAULT);
  empty_graveyard();
}

void Loop::empty_graveyard() {
  // A destructor may bury more.
  while (!graveyard_.empty()) {
    const Grave grave = graveyard_.back();
    graveyard_.pop_back();
    grave.free(grave.object);
  }
}

}  // namespace hawser
