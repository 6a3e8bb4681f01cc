// SPDX-License-Identifier: MIT
// Counters: per worker and object, on cache lines of their own, one writer each; readers add the
// workers up.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

namespace hawser {

// One writer, so an increment is a plain load and store, and any process may read it.
class Counter {
 public:
  void add(uint64_t n) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void operator++() { add(1); }
  void raise_to(uint64_t n) {
    if (n > value()) value_.store(n, std::memory_order_relaxed);
  }
  void reset() { value_.store(0, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_;
};

// Events per second, over the current and the last second, as HAProxy's freq_ctr. One writer.
// Readers, of whom some decide by it who may come in, never pair the events of one second with the
// number of another.
class RateCounter {
 public:
  void add(int64_t now_ms, uint32_t n = 1);
  // Events in the last second: the last whole second, faded out, plus the current one.
  uint32_t rate(int64_t now_ms) const;
  // Events in the last whole second.
  uint32_t whole_second(int64_t now_ms) const;
  // What the rate is made of: events in the second that now_ms is in, and in the one before.
  struct Seconds {
    uint64_t current = 0, previous = 0;
    // As rate(), at a millisecond of the second.
    uint64_t rate(int64_t ms) const;
    // How long, from that millisecond on, until it is less than `limit`, which is not 0. 0: it is.
    int64_t wait_ms(int64_t ms, uint64_t limit) const;
    Seconds& operator+=(const Seconds& other) {
      current += other.current;
      previous += other.previous;
      return *this;
    }
  };
  Seconds seconds(int64_t now_ms) const;

 private:
  // The second, and below it the events in it so far.
  struct Now {
    uint32_t second, events;
  };
  Now now() const;
  std::atomic<uint64_t> now_;
  std::atomic<uint32_t> previous_;  // events in the second before
};

// Sums for averages over the last 1024 requests, as HAProxy's qtime/ctime/rtime/ttime: a decaying
// sum. One writer. A reader may find the number of samples one ahead of the sum.
class TimeAverage {
 public:
  void add(uint32_t ms);
  uint32_t average() const;

 private:
  std::atomic<uint64_t> sum_;
  std::atomic<uint32_t> count_;
  std::atomic<uint32_t> max_;

 public:
  uint32_t max() const { return max_.load(std::memory_order_relaxed); }
  // For `clear counters`, from another process: a maximum that is stored in the same instant may
  // stand again, as if the command had come a moment earlier.
  void clear_max() { max_.store(0, std::memory_order_relaxed); }
  uint32_t count() const { return count_.load(std::memory_order_relaxed); }
  void reset();
};

#define HW_IN_frontend(...)
#define HW_IN_backend(...)
#define HW_IN_server(...)
#define HW_IN_listener(...)
#define HW_IN_process(...)
#define HW_COUNTER(set, name, column, help) HW_IN_##set(Counter name;)

#undef HW_IN_frontend
#define HW_IN_frontend(x) x
struct alignas(64) FrontendCounters {
#include "shm/counters.def"
  RateCounter sess_rate, req_rate, conn_rate;
};
#undef HW_IN_frontend
#define HW_IN_frontend(...)

#undef HW_IN_backend
#define HW_IN_backend(x) x
struct alignas(64) BackendCounters {
#include "shm/counters.def"
  RateCounter sess_rate;
  TimeAverage queue_time, connect_time, response_time, total_time;
  std::atomic<int64_t> last_session_ms;  // monotonic; 0: never
};
#undef HW_IN_backend
#define HW_IN_backend(...)

#undef HW_IN_server
#define HW_IN_server(x) x
struct alignas(64) ServerCounters {
#include "shm/counters.def"
  RateCounter sess_rate;
  TimeAverage queue_time, connect_time, response_time, total_time;
  std::atomic<int64_t> last_session_ms;
};
#undef HW_IN_server
#define HW_IN_server(...)

#undef HW_IN_listener
#define HW_IN_listener(x) x
struct alignas(64) ListenerCounters {
#include "shm/counters.def"
  std::atomic<uint32_t> conns;  // gauge: client connections now
  std::atomic<uint32_t> conns_max;
};
#undef HW_IN_listener
#define HW_IN_listener(...)

#undef HW_IN_process
#define HW_IN_process(x) x
struct alignas(64) ProcessCounters {
#include "shm/counters.def"
  RateCounter conn_rate, sess_rate, req_rate;
  // Gauges: pipes for splice(2) in use and kept, and how many there may be.
  std::atomic<uint32_t> pipes_used, pipes_free, pipes_max;
};
#undef HW_IN_process
#define HW_IN_process(...)
#undef HW_COUNTER

}  // namespace hawser
