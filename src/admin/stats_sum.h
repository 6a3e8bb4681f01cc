// SPDX-License-Identifier: MIT
// Adding the workers up.
#pragma once

#include <algorithm>
#include <initializer_list>

#include "admin/stats_table.h"

namespace hawser {

// The counters of one object in all workers. `at(worker)` gives those of one worker, or what
// `clear counters all` noted for worker Shared::cleared_row().
template <class At>
class WorkerSum {
 public:
  WorkerSum(Shared& shared, At at) : shared_(shared), at_(at) {}

  template <class Counters>
  uint64_t raw(Counter Counters::*counter) const {
    uint64_t sum = 0;
    for (uint32_t worker = 0; worker < shared_.workers(); ++worker) {
      sum += (at_(worker).*counter).value();
    }
    return sum;
  }
  template <class Counters>
  uint64_t operator()(Counter Counters::*counter) const {
    const uint64_t sum = raw(counter);
    return sum - std::min(sum, (at_(shared_.cleared_row()).*counter).value());
  }
  template <class Counters>
  uint64_t rate(RateCounter Counters::*counter, int64_t now_ms) const {
    uint64_t sum = 0;
    for (uint32_t worker = 0; worker < shared_.workers(); ++worker) {
      sum += (at_(worker).*counter).rate(now_ms);
    }
    return sum;
  }
  template <class Counters>
  uint32_t whole_second(RateCounter Counters::*counter, int64_t now_ms) const {
    uint32_t sum = 0;
    for (uint32_t worker = 0; worker < shared_.workers(); ++worker) {
      sum += (at_(worker).*counter).whole_second(now_ms);
    }
    return sum;
  }
  // Each worker averages its own last requests; together they weigh as many as they are.
  template <class Counters>
  uint64_t average(TimeAverage Counters::*time) const {
    uint64_t sum = 0, count = 0;
    for (uint32_t worker = 0; worker < shared_.workers(); ++worker) {
      const TimeAverage& one = at_(worker).*time;
      sum += uint64_t{one.average()} * one.count();
      count += one.count();
    }
    return count == 0 ? 0 : (sum + count - 1) / count;
  }
  template <class Counters>
  uint64_t longest(TimeAverage Counters::*time) const {
    uint32_t longest = 0;
    for (uint32_t worker = 0; worker < shared_.workers(); ++worker) {
      longest = std::max(longest, (at_(worker).*time).max());
    }
    return longest;
  }
  // Seconds since the last session, -1: there was none.
  template <class Counters>
  int64_t last_session(std::atomic<int64_t> Counters::*last_ms, int64_t now_ms) const {
    int64_t last = 0;
    for (uint32_t worker = 0; worker < shared_.workers(); ++worker) {
      last = std::max(last, (at_(worker).*last_ms).load(std::memory_order_relaxed));
    }
    return last == 0 ? -1 : std::max<int64_t>(0, now_ms - last) / 1000;
  }

 private:
  Shared& shared_;
  At at_;
};

inline auto frontend_sum(Shared& shared, uint32_t proxy) {
  return WorkerSum(shared, [&shared, proxy](uint32_t worker) -> FrontendCounters& {
    return shared.frontend(worker, proxy);
  });
}
inline auto backend_sum(Shared& shared, uint32_t proxy) {
  return WorkerSum(shared, [&shared, proxy](uint32_t worker) -> BackendCounters& {
    return shared.backend(worker, proxy);
  });
}
inline auto server_sum(Shared& shared, uint32_t server) {
  return WorkerSum(shared, [&shared, server](uint32_t worker) -> ServerCounters& {
    return shared.server(worker, server);
  });
}
inline auto listener_sum(Shared& shared, uint32_t listener) {
  return WorkerSum(shared, [&shared, listener](uint32_t worker) -> ListenerCounters& {
    return shared.listener(worker, listener);
  });
}
inline auto process_sum(Shared& shared) {
  return WorkerSum(shared, [&shared](uint32_t worker) -> ProcessCounters& {
    return shared.process_counters(worker);
  });
}

// The counters of counters.def by set, with the columns that show them.
template <class Counters>
struct CounterColumn {
  StatColumn column;
  Counter Counters::*counter;
};
std::span<const CounterColumn<FrontendCounters>> frontend_counters();
std::span<const CounterColumn<BackendCounters>> backend_counters();
std::span<const CounterColumn<ServerCounters>> server_counters();
std::span<const CounterColumn<ListenerCounters>> listener_counters();

// Is the column about HTTP, and empty in mode tcp?
bool is_http_column(StatColumn column);

template <class Counters, class Sum>
void fill_counters(std::span<const CounterColumn<Counters>> counters, const Sum& sum, Mode mode,
                   StatRow& row) {
  for (const auto& [column, counter] : counters) {
    if (column == StatColumn::none) continue;
    if (mode == Mode::kTcp && is_http_column(column)) continue;
    row[column] = sum(counter);
  }
}

// How long the last requests took, and the longest since the counters were cleared.
template <class Counters, class Sum>
void fill_times(const Sum& sum, StatRow& row) {
  using enum StatColumn;
  row[qtime] = sum.average(&Counters::queue_time);
  row[ctime] = sum.average(&Counters::connect_time);
  row[rtime] = sum.average(&Counters::response_time);
  row[ttime] = sum.average(&Counters::total_time);
  row[qtime_max] = sum.longest(&Counters::queue_time);
  row[ctime_max] = sum.longest(&Counters::connect_time);
  row[rtime_max] = sum.longest(&Counters::response_time);
  row[ttime_max] = sum.longest(&Counters::total_time);
}

// What every row says about itself.
void fill_identity(const ProxyConfig& proxy, StatKind kind, uint32_t id, std::string name,
                   StatRow& row);

// The limit of client connections of a proxy that gives none itself.
uint32_t process_maxconn(const StatSource& source);

}  // namespace hawser
