// SPDX-License-Identifier: MIT
#include "admin/stats_marks.h"

#include "admin/stats_sum.h"

namespace hawser {
namespace {

void raise(std::atomic<uint32_t>& mark, uint32_t value) {
  if (value > mark.load(std::memory_order_relaxed)) mark.store(value, std::memory_order_relaxed);
}

void lower(std::atomic<uint32_t>& most, const std::atomic<uint32_t>& now) {
  most.store(now.load(std::memory_order_relaxed), std::memory_order_relaxed);
}

void clear(std::atomic<uint32_t>& mark) { mark.store(0, std::memory_order_relaxed); }

void copy(std::atomic<uint32_t>& to, const std::atomic<uint32_t>& from) { lower(to, from); }

// A worker that raises it in this moment wins.
uint32_t lower_need(ServerLoad& load) {
  uint32_t needed = load.needed.load(std::memory_order_relaxed);
  const uint32_t served = load.served.load(std::memory_order_relaxed);
  const uint32_t lower = needed > served ? served + (needed - served) / 2 : needed;
  load.needed.compare_exchange_strong(needed, lower, std::memory_order_relaxed);
  return lower;
}

// Notes the sums of one object; `at` as WorkerSum has it.
template <class Counters, class Sum>
void note_sums(std::span<const CounterColumn<Counters>> counters, const Sum& sum,
               Counters& cleared) {
  for (const auto& [column, counter] : counters) {
    const uint64_t now = sum.raw(counter);
    Counter& noted = cleared.*counter;
    if (noted.value() == now) continue;  // leaves pages alone that were never written
    noted.reset();
    noted.add(now);
  }
}

template <class Counters>
void clear_times(Counters& counters) {
  for (TimeAverage* time : {&counters.queue_time, &counters.connect_time, &counters.response_time,
                            &counters.total_time}) {
    if (time->max() != 0) time->clear_max();
  }
}

void clear_server(Shared& shared, uint32_t slot, bool all) {
  ServerLoad& load = shared.server_load(slot);
  lower(load.served_max, load.served);
  lower(load.queued_max, load.queued);
  ServerMarks& marks = shared.server_marks(slot);
  clear(marks.sess_rate_max);
  for (uint32_t worker = 0; worker < shared.workers(); ++worker) {
    clear_times(shared.server(worker, slot));
  }
  if (!all) return;
  const ServerState& state = shared.server_state(slot);
  copy(marks.cleared_checks_failed, state.checks_failed);
  copy(marks.cleared_times_down, state.times_down);
  note_sums(server_counters(), server_sum(shared, slot), shared.server(shared.cleared_row(), slot));
}

void clear_listener(Shared& shared, uint32_t slot, bool all) {
  for (uint32_t worker = 0; worker < shared.workers(); ++worker) {
    ListenerCounters& counters = shared.listener(worker, slot);
    lower(counters.conns_max, counters.conns);
  }
  if (!all) return;
  note_sums(listener_counters(), listener_sum(shared, slot),
            shared.listener(shared.cleared_row(), slot));
}

void clear_proxy(Shared& shared, uint32_t proxy, bool all) {
  ProxyLoad& load = shared.proxy_load(proxy);
  lower(load.fe_conns_max, load.fe_conns);
  lower(load.be_served_max, load.be_served);
  lower(load.queued_max, load.queued);
  ProxyMarks& marks = shared.proxy_marks(proxy);
  clear(marks.conn_rate_max);
  clear(marks.fe_sess_rate_max);
  clear(marks.req_rate_max);
  clear(marks.be_sess_rate_max);
  for (uint32_t worker = 0; worker < shared.workers(); ++worker) {
    clear_times(shared.backend(worker, proxy));
  }
  if (!all) return;
  copy(marks.cleared_times_down, shared.backend_state(proxy).times_down);
  const uint32_t row = shared.cleared_row();
  note_sums(frontend_counters(), frontend_sum(shared, proxy), shared.frontend(row, proxy));
  note_sums(backend_counters(), backend_sum(shared, proxy), shared.backend(row, proxy));
}

}  // namespace

void note_rates(const Config& config, Shared& shared, int64_t now_ms) {
  const auto process = process_sum(shared);
  SharedHeader& header = shared.header();
  raise(header.conn_rate_max, process.whole_second(&ProcessCounters::conn_rate, now_ms));
  raise(header.sess_rate_max, process.whole_second(&ProcessCounters::sess_rate, now_ms));
  for (const auto& proxy : config.proxies) {
    ProxyMarks& marks = shared.proxy_marks(proxy->index);
    if (has_frontend(proxy->kind)) {
      const auto sum = frontend_sum(shared, proxy->index);
      raise(marks.conn_rate_max, sum.whole_second(&FrontendCounters::conn_rate, now_ms));
      raise(marks.fe_sess_rate_max, sum.whole_second(&FrontendCounters::sess_rate, now_ms));
      raise(marks.req_rate_max, sum.whole_second(&FrontendCounters::req_rate, now_ms));
    }
    if (!has_backend(proxy->kind)) continue;
    const uint32_t sessions =
        backend_sum(shared, proxy->index).whole_second(&BackendCounters::sess_rate, now_ms);
    raise(marks.be_sess_rate_max, sessions);
    // Without sessions none of its servers had one.
    if (sessions == 0 && marks.needs_connections.load(std::memory_order_relaxed) == 0) continue;
    const uint32_t first = config.first_server[proxy->index];
    uint32_t needs = 0;
    for (uint32_t slot = first; slot < first + proxy->servers.size(); ++slot) {
      raise(shared.server_marks(slot).sess_rate_max,
            server_sum(shared, slot).whole_second(&ServerCounters::sess_rate, now_ms));
      if (lower_need(shared.server_load(slot)) != 0) needs = 1;
    }
    marks.needs_connections.store(needs, std::memory_order_relaxed);
  }
}

void clear_counters(const Config& config, Shared& shared, bool all) {
  SharedHeader& header = shared.header();
  lower(header.conns_max, header.conns);
  clear(header.conn_rate_max);
  clear(header.sess_rate_max);
  for (uint32_t proxy = 0; proxy < config.proxies.size(); ++proxy) clear_proxy(shared, proxy, all);
  for (uint32_t slot = 0; slot < config.servers; ++slot) clear_server(shared, slot, all);
  for (uint32_t slot = 0; slot < config.listeners; ++slot) clear_listener(shared, slot, all);
  for (uint32_t i = 0; all && i < config.vrrp_instances.size(); ++i) {
    clear_vrrp_counters(shared.vrrp(i), shared.vrrp_cleared(i));
  }
}

}  // namespace hawser
