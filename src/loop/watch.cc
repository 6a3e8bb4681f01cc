// SPDX-License-Identifier: MIT
#include "loop/watch.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

#include "base/assert.h"

namespace hawser {

FdWatch::FdWatch(Loop& loop, int fd, int events, Callback callback)
    : callback_(std::make_unique<Callback>(std::move(callback))) {
  auto* handle = new uv_poll_t;
  const int error = uv_poll_init(loop.uv(), handle, fd);
  HW_ASSERT(error == 0);
  handle_.reset(handle);
  handle_->data = callback_.get();
  set(events);
}

void FdWatch::set(int events) {
  if (events == events_) return;
  events_ = events;
  if (events == 0) {
    uv_poll_stop(handle_.get());
    return;
  }
  uv_poll_start(handle_.get(), events, [](uv_poll_t* handle, int status, int ready) {
    auto* callback = static_cast<Callback*>(handle->data);
    // An error (EBADF, POLLERR) shows at the next read or write.
    if (callback != nullptr) (*callback)(status < 0 ? kRead | kWrite : ready);
  });
}

Timer::Timer(Loop& loop, Callback callback)
    : callback_(std::make_unique<Callback>(std::move(callback))) {
  auto* handle = new uv_timer_t;
  uv_timer_init(loop.uv(), handle);
  handle_.reset(handle);
  handle_->data = callback_.get();
}

void Timer::start(Millis delay, Millis period) {
  uv_timer_start(
      handle_.get(),
      [](uv_timer_t* handle) {
        auto* callback = static_cast<Callback*>(handle->data);
        if (callback != nullptr) (*callback)();
      },
      static_cast<uint64_t>(delay.count()), static_cast<uint64_t>(period.count()));
}

void Timer::stop() { uv_timer_stop(handle_.get()); }

bool Timer::is_running() const {
  return uv_is_active(reinterpret_cast<uv_handle_t*>(handle_.get())) != 0;
}

SignalWatch::SignalWatch(Loop& loop, std::initializer_list<int> signals, Callback callback) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  fd_.reset(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
  HW_ASSERT(fd_);
  watch_ = std::make_unique<FdWatch>(loop, fd_.get(), FdWatch::kRead,
                                     [fd = fd_.get(), callback = std::move(callback)](int) {
                                       signalfd_siginfo info;
                                       while (::read(fd, &info, sizeof info) == sizeof info) {
                                         callback(static_cast<int>(info.ssi_signo));
                                       }
                                     });
}

Doorbell::Doorbell(Loop& loop, int eventfd, std::function<void()> callback)
    : watch_(loop, eventfd, FdWatch::kRead, [eventfd, callback = std::move(callback)](int) {
        uint64_t rings;
        // Rung many times counts as once: the callback looks at the shared state.
        if (::read(eventfd, &rings, sizeof rings) == sizeof rings) callback();
      }) {}

int Doorbell::make() { return ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

void Doorbell::ring(int eventfd) {
  const uint64_t one = 1;
  // EAGAIN: the counter is full, so the reader is awake already.
  [[maybe_unused]] const ssize_t n = ::write(eventfd, &one, sizeof one);
}

}  // namespace hawser
