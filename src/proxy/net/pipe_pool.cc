// SPDX-License-Identifier: MIT
#include "proxy/net/pipe_pool.h"

#include <fcntl.h>

namespace hawser {

PipePool::PipePool(uint32_t limit, uint32_t size, ProcessCounters& counters)
    : limit_(limit), size_(size), counters_(counters) {
  counters_.pipes_max.store(limit, std::memory_order_relaxed);
  publish();
}

void PipePool::publish() {
  const auto kept = static_cast<uint32_t>(free_.size());
  counters_.pipes_used.store(made_ - kept, std::memory_order_relaxed);
  counters_.pipes_free.store(kept, std::memory_order_relaxed);
}

std::unique_ptr<Pipe> PipePool::take() {
  if (!free_.empty()) {
    auto pipe = std::move(free_.back());
    free_.pop_back();
    publish();
    return pipe;
  }
  if (made_ >= limit_) return nullptr;
  int ends[2];
  if (::pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) return nullptr;
  auto pipe = std::make_unique<Pipe>();
  pipe->read.reset(ends[0]);
  pipe->write.reset(ends[1]);
  // Refused above /proc/sys/fs/pipe-user-pages-soft; the default size serves as well, with more
  // calls.
  constexpr uint32_t kWindow = 256 * 1024;
  ::fcntl(ends[1], F_SETPIPE_SZ, size_ != 0 ? size_ : kWindow);
  const int size = ::fcntl(ends[1], F_GETPIPE_SZ);
  pipe->capacity = size > 0 ? static_cast<size_t>(size) : 65536;
  ++made_;
  publish();
  return pipe;
}

void PipePool::give_back(std::unique_ptr<Pipe> pipe) {
  if (pipe->filled == 0 && free_.size() < kMaxFree) {
    free_.push_back(std::move(pipe));
  } else {
    --made_;
  }
  publish();
}

}  // namespace hawser
