// SPDX-License-Identifier: MIT
// Receive buffers of one worker: all of one size, taken when bytes arrive and given back when they
// have been consumed, so that an idle connection owns none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/assert.h"

namespace hawser {

// Bytes [head, tail) of a fixed array. Not a ring: what is left moves to the front when room is
// needed.
class Buffer {
 public:
  const char* data() const { return bytes_ + head_; }
  char* data() { return bytes_ + head_; }
  size_t size() const { return tail_ - head_; }
  bool empty() const { return head_ == tail_; }
  std::string_view view() const { return {data(), size()}; }

  char* free_begin() { return bytes_ + tail_; }
  size_t free_size() const { return capacity_ - tail_; }
  size_t capacity() const { return capacity_; }

  void produced(size_t n) {
    HW_ASSERT(n <= free_size());
    tail_ += static_cast<uint32_t>(n);
  }
  void consume(size_t n) {
    HW_ASSERT(n <= size());
    head_ += static_cast<uint32_t>(n);
    if (head_ == tail_) head_ = tail_ = 0;
  }
  void clear() { head_ = tail_ = 0; }
  // Moves the bytes to the front. Views into the buffer are void afterwards.
  void compact();
  // Appends as much of `text` as fits; returns how much.
  size_t append(std::string_view text);

 private:
  friend class BufferPool;
  explicit Buffer(uint32_t capacity) : capacity_(capacity) {}
  uint32_t head_ = 0, tail_ = 0;
  uint32_t capacity_;
  Buffer* next_free_ = nullptr;
  char bytes_[];
};

class BufferPool {
 public:
  explicit BufferPool(uint32_t capacity) : capacity_(capacity) {}
  ~BufferPool();
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;

  // Last in, first out: the buffer that was used last is the one in the cache.
  Buffer* take();
  void give_back(Buffer* buffer);
  uint32_t capacity() const { return capacity_; }
  size_t in_use() const { return in_use_; }

 private:
  // More free buffers than this go back to the allocator: a burst must not hold its memory for
  // ever.
  static constexpr size_t kMaxFree = 256;
  uint32_t capacity_;
  Buffer* free_ = nullptr;
  size_t free_count_ = 0;
  size_t in_use_ = 0;
};

}  // namespace hawser
