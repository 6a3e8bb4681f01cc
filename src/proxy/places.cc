// SPDX-License-Identifier: MIT
// The places for client connections that the limits of the process, of frontends and of bind lines
// leave. They are counted over all workers and taken before accept(2), so that no limit is ever
// exceeded.
#include <bit>
#include <iterator>

#include "base/clock.h"
#include "loop/watch.h"
#include "proxy/load_steps.h"
#include "proxy/runtime.h"

namespace hawser {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// In the configuration 0 says that there is none.
uint32_t limit_of(uint32_t most) { return most == 0 ? UINT32_MAX : most; }

}  // namespace

// What holds for all workers together, and a bit for each worker whose clients it holds up.
struct DataPlane::PlaceLimit {
  std::atomic<uint32_t>& total;
  uint32_t most;  // UINT32_MAX: no limit
  std::atomic<uint64_t>& paused;
};

// The bit is set before the second look: whoever leaves in between sees the bit, or this look the
// place.
bool DataPlane::take_or_wait(const PlaceLimit& limit) {
  if (add_within(limit.total, limit.most) != 0) return true;
  limit.paused.fetch_or(own_bit());
  if (add_within(limit.total, limit.most) == 0) return false;
  limit.paused.fetch_and(~own_bit());
  return true;
}

bool DataPlane::take_place(const Frontend& frontend, uint32_t listener, uint32_t bind_limit) {
  SharedHeader& header = shared.header();
  ProxyLoad& load = shared.proxy_load(frontend.config.index);
  ListenerLoad& line = shared.listener_load(listener);
  const PlaceLimit limits[] = {
      {header.conns, limit_of(header.maxconn.load(kRelaxed)), header.paused_workers},
      {load.fe_conns, limit_of(frontend.config.maxconn), load.paused_workers},
      {line.conns, limit_of(bind_limit), line.paused_workers},
  };
  for (size_t i = 0; i < std::size(limits); ++i) {
    if (take_or_wait(limits[i])) continue;
    // Others may have found a wider limit reached because of this attempt. They do not wait for
    // this one, so nobody wakes anybody in a circle.
    while (i-- > 0) {
      limits[i].total.fetch_sub(1);
      wake_waiting(limits[i].paused.load());
    }
    return false;
  }
  shift(shared.proxy_gauges(worker, frontend.config.index).fe_conns, 1);
  shift(count_listener(listener).conns, 1);
  return true;
}

// Others come first: a worker that went on by itself would keep every place to its own clients.
bool DataPlane::leave_place(const Frontend& frontend, uint32_t listener) {
  SharedHeader& header = shared.header();
  ProxyLoad& load = shared.proxy_load(frontend.config.index);
  ListenerLoad& line = shared.listener_load(listener);
  header.conns.fetch_sub(1);
  load.fe_conns.fetch_sub(1);
  line.conns.fetch_sub(1);
  shift(shared.proxy_gauges(worker, frontend.config.index).fe_conns, -1);
  shift(count_listener(listener).conns, -1);
  return wake_waiting(header.paused_workers.load() | load.paused_workers.load() |
                      line.paused_workers.load());
}

bool DataPlane::wake_waiting(uint64_t workers) {
  bool woken = false;
  for (uint64_t left = workers & ~own_bit(); left != 0; left &= left - 1) {
    const auto other = static_cast<uint32_t>(std::countr_zero(left));
    const int bell = shared.process(kFirstWorker + other).doorbell.load(kRelaxed);
    if (bell < 0 || !is_alive(other)) continue;
    Doorbell::ring(bell);
    woken = true;
  }
  return woken;
}

void DataPlane::stop_waiting_for_places() {
  const auto clear = [this](std::atomic<uint64_t>& bits) {
    if ((bits.load(kRelaxed) & own_bit()) != 0) bits.fetch_and(~own_bit());
  };
  clear(shared.header().paused_workers);
  for (const auto& frontend : frontends) {
    if (frontend != nullptr) clear(shared.proxy_load(frontend->config.index).paused_workers);
  }
  for (uint32_t i = 0; i < config.listeners; ++i) clear(shared.listener_load(i).paused_workers);
}

int64_t DataPlane::rate_wait_ms(const Frontend& frontend) const {
  const uint32_t limit = frontend.config.rate_limit_sessions;
  if (limit == 0) return 0;
  RateCounter::Seconds sum;
  for (uint32_t w = 0; w < shared.workers(); ++w)
    sum += shared.frontend(w, frontend.config.index).sess_rate.seconds(now_ms());
  return sum.wait_ms(now_ms() % 1000, limit);
}

}  // namespace hawser
