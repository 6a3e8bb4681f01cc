// SPDX-License-Identifier: MIT
// Streams that wait for a server to have room, first come first served. Each worker has its own
// queues; DataPlane sees to it that none of them is passed over for long.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/assert.h"

namespace hawser {

class Stream;
struct Backend;
struct Server;

// A stream waits in one queue at most. Entered and left through DataPlane, which counts.
struct WaitEntry {
  explicit WaitEntry(Stream& owner) : stream(owner) {}
  ~WaitEntry() { HW_ASSERT(queue == nullptr); }
  WaitEntry(const WaitEntry&) = delete;
  WaitEntry& operator=(const WaitEntry&) = delete;
  bool waits() const { return queue != nullptr; }

  Stream& stream;
  Backend* backend = nullptr;
  Server* server = nullptr;   // nullptr: any of the backend's
  Server* granted = nullptr;  // left the queue with a slot of this server, which is the stream's to
                              // use or give back
  uint32_t since = 0;         // low bits of the monotonic milliseconds, never 0
  class WaitQueue* queue = nullptr;
  WaitEntry* previous = nullptr;
  WaitEntry* next = nullptr;
};

class WaitQueue {
 public:
  WaitQueue() = default;
  WaitQueue(const WaitQueue&) = delete;
  WaitQueue& operator=(const WaitQueue&) = delete;

  void push(WaitEntry& entry);
  void remove(WaitEntry& entry);
  WaitEntry* front() const { return first_; }
  size_t size() const { return size_; }
  uint32_t waits_since() const { return first_ == nullptr ? 0 : first_->since; }

 private:
  WaitEntry* first_ = nullptr;
  WaitEntry* last_ = nullptr;
  size_t size_ = 0;
};

inline void WaitQueue::push(WaitEntry& entry) {
  entry.queue = this;
  entry.previous = last_;
  entry.next = nullptr;
  (last_ != nullptr ? last_->next : first_) = &entry;
  last_ = &entry;
  ++size_;
}

inline void WaitQueue::remove(WaitEntry& entry) {
  (entry.previous != nullptr ? entry.previous->next : first_) = entry.next;
  (entry.next != nullptr ? entry.next->previous : last_) = entry.previous;
  entry.queue = nullptr;
  --size_;
}

}  // namespace hawser
