// SPDX-License-Identifier: MIT
#include "loop/fine_timer.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>

#include "base/assert.h"

namespace hawser {

FineTimer::FineTimer(Loop& loop, Callback callback)
    : loop_(loop),
      callback_(std::move(callback)),
      fd_(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
  HW_ASSERT(fd_);
  HW_ASSERT(loop_.watch(fd_.get(), EPOLLIN | EPOLLET, this));
}

FineTimer::~FineTimer() { loop_.forget(this); }

void FineTimer::set(int64_t at_ns) {
  if (at_ns == at_ns_) return;
  at_ns_ = at_ns;
  itimerspec when = {};  // all zero: disarmed
  if (at_ns != INT64_MAX) {
    const int64_t after_boot_ns = std::max<int64_t>(at_ns, 1);
    when.it_value = {.tv_sec = after_boot_ns / 1'000'000'000,
                     .tv_nsec = after_boot_ns % 1'000'000'000};
  }
  HW_ASSERT(timerfd_settime(fd_.get(), TFD_TIMER_ABSTIME, &when, nullptr) == 0);
}

void FineTimer::on_io(uint32_t) {
  uint64_t expirations;
  // EAGAIN: set anew since it expired.
  if (::read(fd_.get(), &expirations, sizeof expirations) != sizeof expirations) return;
  at_ns_ = INT64_MAX;
  callback_();
}

}  // namespace hawser
