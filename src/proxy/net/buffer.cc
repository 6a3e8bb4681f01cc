// SPDX-License-Identifier: MIT
#include "proxy/net/buffer.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace hawser {

void Buffer::compact() {
  if (head_ == 0) return;
  std::memmove(bytes_, bytes_ + head_, size());
  tail_ -= head_;
  head_ = 0;
}

size_t Buffer::append(std::string_view text) {
  if (free_size() < text.size()) compact();
  const size_t n = std::min(free_size(), text.size());
  std::memcpy(free_begin(), text.data(), n);
  produced(n);
  return n;
}

BufferPool::~BufferPool() {
  while (free_ != nullptr) std::free(std::exchange(free_, free_->next_free_));
}

Buffer* BufferPool::take() {
  ++in_use_;
  if (free_ != nullptr) {
    --free_count_;
    return std::exchange(free_, free_->next_free_);
  }
  void* memory = std::malloc(sizeof(Buffer) + capacity_);
  HW_ASSERT(memory != nullptr);
  return new (memory) Buffer(capacity_);
}

void BufferPool::give_back(Buffer* buffer) {
  --in_use_;
  if (free_count_ >= kMaxFree) {
    std::free(buffer);
    return;
  }
  buffer->clear();
  buffer->next_free_ = std::exchange(free_, buffer);
  ++free_count_;
}

}  // namespace hawser
