// SPDX-License-Identifier: MIT
// The places for client connections that the limits of the process, of frontends and of bind lines
// leave. They are counted over all workers and taken before accept(2), so that no limit is ever
// exceeded.
#include <bit>

#include "base/clock.h"
#include "loop/watch.h"
#include "proxy/load_steps.h"
#include "proxy/runtime.h"

namespace hawser {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

bool add_within(std::atomic<uint32_t>& total, uint32_t limit) {
  uint32_t now = total.load(kRelaxed);
  do {
    if (limit != 0 && now >= limit) return false;
  } while (!total.compare_exchange_weak(now, now + 1));
  return true;
}

}  // namespace

// The bit is set before the second look: whoever leaves in between sees the bit, or this look the
// place.
bool DataPlane::take_or_wait(std::atomic<uint32_t>& total, uint32_t limit,
                             std::atomic<uint64_t>& paused) {
  if (add_within(total, limit)) return true;
  paused.fetch_or(own_bit());
  if (!add_within(total, limit)) return false;
  paused.fetch_and(~own_bit());
  return true;
}

bool DataPlane::take_place(const Frontend& frontend, uint32_t listener, uint32_t bind_limit) {
  SharedHeader& header = shared.header();
  ProxyLoad& load = shared.proxy_load(frontend.config.index);
  const uint32_t rate = frontend.config.rate_limit_sessions;
  if (rate != 0 && session_rate(frontend) >= rate) return false;
  if (!take_or_wait(header.conns, header.maxconn.load(kRelaxed), header.paused_workers))
    return false;
  if (!take_or_wait(load.fe_conns, frontend.config.maxconn, load.paused_workers)) {
    header.conns.fetch_sub(1, kRelaxed);
    return false;
  }
  shift(shared.proxy_gauges(worker, frontend.config.index).fe_conns, 1);
  shift(count_listener(listener).conns, 1);
  if (bind_limit == 0 || within_bind_limit(listener, bind_limit)) return true;
  leave_place(frontend, listener);
  return false;
}

// There is no shared number for a bind line. Every worker counts itself in and looks then, so that
// of two at the last place at least one sees the other.
bool DataPlane::within_bind_limit(uint32_t listener, uint32_t limit) {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  uint32_t conns = 0;
  for (uint32_t w = 0; w < shared.workers(); ++w)
    conns += shared.listener(w, listener).conns.load(kRelaxed);
  return conns <= limit;
}

void DataPlane::leave_place(const Frontend& frontend, uint32_t listener) {
  shared.header().conns.fetch_sub(1);
  shared.proxy_load(frontend.config.index).fe_conns.fetch_sub(1);
  shift(shared.proxy_gauges(worker, frontend.config.index).fe_conns, -1);
  shift(count_listener(listener).conns, -1);
}

// Wakes the other workers whose clients wait for a place. They come first: a worker that went on by
// itself would keep every place to its own clients.
bool DataPlane::offer_place(const Frontend& frontend) {
  std::atomic<uint64_t>& process_bits = shared.header().paused_workers;
  std::atomic<uint64_t>& frontend_bits = shared.proxy_load(frontend.config.index).paused_workers;
  const uint64_t others = (process_bits.load() | frontend_bits.load()) & ~own_bit();
  bool offered = false;
  for (uint64_t left = others; left != 0; left &= left - 1) {
    const auto other = static_cast<uint32_t>(std::countr_zero(left));
    const int bell = shared.process(kFirstWorker + other).doorbell.load(kRelaxed);
    if (bell < 0 || !is_alive(other)) continue;
    Doorbell::ring(bell);
    offered = true;
  }
  return offered;
}

void DataPlane::stop_waiting_for_places() {
  shared.header().paused_workers.fetch_and(~own_bit());
  for (const auto& frontend : frontends) {
    if (frontend == nullptr) continue;
    std::atomic<uint64_t>& bits = shared.proxy_load(frontend->config.index).paused_workers;
    if ((bits.load(kRelaxed) & own_bit()) != 0) bits.fetch_and(~own_bit());
  }
}

}  // namespace hawser
