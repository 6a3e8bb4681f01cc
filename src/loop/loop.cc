// SPDX-License-Identifier: MIT
#include "loop/loop.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>

#include "base/assert.h"

namespace hawser {
namespace {

// Events taken from the kernel at once: enough to spread the cost of the call, few enough for
// timers to stay on time.
constexpr int kEventsPerTurn = 256;

}  // namespace

Loop::Loop(Clock source) : clock_(source), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  idle_since_ns_ = read_clock();
  HW_ASSERT(epoll_);
  HW_ASSERT(uv_loop_init(&uv_) == 0);
  // Level-triggered: libuv's own set stays readable until uv_run() has emptied it. A null handler
  // stands for it.
  epoll_event event{.events = EPOLLIN, .data = {.u64 = 0}};
  HW_ASSERT(epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, uv_backend_fd(&uv_), &event) == 0);
}

Loop::~Loop() {
  empty_graveyard();
  hooks_.clear();
  while (uv_run(&uv_, UV_RUN_NOWAIT) != 0) {
  }
  HW_ASSERT(uv_loop_close(&uv_) == 0);  // an owner of a handle must not outlive its loop
}

void Loop::close_descriptors() {
  for (const int fd : {epoll_.get(), uv_backend_fd(&uv_), uv_.async_io_watcher.fd,
                       uv_.signal_pipefd[0], uv_.signal_pipefd[1]}) {
    if (fd >= 0) ::close(fd);
  }
}

// The rank stands in the lowest bit of the handler's address.
bool Loop::watch(int fd, uint32_t epoll_events, IoHandler* handler, Rank rank) {
  static_assert(alignof(IoHandler) > 1);
  const uint64_t tagged = reinterpret_cast<uintptr_t>(handler) | static_cast<uint64_t>(rank);
  epoll_event event{.events = epoll_events, .data = {.u64 = tagged}};
  return epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void Loop::unwatch(int fd) { epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr); }

void Loop::forget(const IoHandler* handler) {
  for (size_t i = next_ready_; i < ready_.size(); ++i) {
    if (ready_[i].handler == handler) ready_[i].handler = nullptr;
  }
  std::erase_if(again_, [handler](const Ready& entry) { return entry.handler == handler; });
}

void Loop::run() {
  stopping_ = false;
  while (!stopping_) turn();
  empty_graveyard();
}

int Loop::sleep_ms() {
  if (stopping_ || !again_.empty()) return 0;
  int64_t wait = uv_backend_timeout(&uv_);  // -1: libuv waits for nothing
  if (hook_due_ms_ != INT64_MAX) {
    const int64_t until_hook = std::max<int64_t>(0, hook_due_ms_ - now_ms());
    wait = wait < 0 ? until_hook : std::min(wait, until_hook);
  }
  return static_cast<int>(std::min<int64_t>(wait, 60'000));
}

void Loop::count_idle(int64_t waited_ns) {
  constexpr int64_t kPeriodNs = 1'000'000'000;
  idle_ns_ += waited_ns;
  const int64_t period = now_ns_ - idle_since_ns_;
  if (period < kPeriodNs) return;
  idle_percent_ = static_cast<uint32_t>(idle_ns_ * 100 / period);
  idle_since_ns_ = now_ns_;
  idle_ns_ = 0;
}

void Loop::note_ready(std::span<const epoll_event> events, Rank rank) {
  for (const epoll_event& event : events) {
    if (event.data.u64 == 0) {
      uv_ready_ = true;
    } else if ((event.data.u64 & 1) == static_cast<uint64_t>(rank)) {
      const uintptr_t address = event.data.u64 & ~uint64_t{1};
      // NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel keeps the address with its rank.
      ready_.push_back({reinterpret_cast<IoHandler*>(address), event.events});
    }
  }
}

void Loop::turn() {
  hook_due_ms_ = INT64_MAX;
  for (const TurnHook& hook : hooks_) hook_due_ms_ = std::min(hook_due_ms_, hook(now_ms()));

  epoll_event events[kEventsPerTurn];
  const int most_ms = sleep_ms();
  const int64_t before_ns = most_ms == 0 ? 0 : clock_();
  const int count = epoll_wait(epoll_.get(), events, kEventsPerTurn, most_ms);
  read_clock();
  count_idle(most_ms == 0 ? 0 : now_ns_ - before_ns);
  uv_update_time(&uv_);  // without it libuv's timers would never seem to be due

  ready_.swap(again_);
  again_.clear();
  uv_ready_ = uv_backend_timeout(&uv_) == 0;
  const std::span<const epoll_event> got(events, count > 0 ? static_cast<size_t>(count) : 0);
  note_ready(got, Rank::kEarly);
  note_ready(got, Rank::kNormal);
  for (const Ready& entry : ready_) entry.handler->take_in(entry.events);
  for (next_ready_ = 0; next_ready_ < ready_.size();) {
    const Ready entry = ready_[next_ready_++];
    if (entry.handler != nullptr) entry.handler->on_io(entry.events);
  }
  ready_.clear();
  if (uv_ready_) uv_run(&uv_, UV_RUN_NOWAIT);
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
