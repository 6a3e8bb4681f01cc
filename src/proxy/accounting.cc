// SPDX-License-Identifier: MIT
// What workers share about load: every shared number has this worker's own part beside it, so that
// the master can take back what a dead worker held.
#include <sys/eventfd.h>

#include <algorithm>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "logging/access_record.h"
#include "loop/watch.h"
#include "proxy/load_steps.h"
#include "proxy/runtime.h"
#include "proxy/stream/stream.h"
#include "shm/server_state.h"

namespace hawser {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

}  // namespace

uint32_t DataPlane::slot_limit(const Server& server) const {
  const uint32_t limit = server_limit(server.backend.view, server.position);
  return limit == 0 ? UINT32_MAX : limit;
}

bool DataPlane::reserve(Server& server) {
  ServerLoad& load = shared.server_load(server.slot);
  const uint32_t now = add_within(load.served, slot_limit(server));
  if (now == 0) return false;
  raise_to(load.served_max, now);
  raise_to(load.needed, now);
  shift(shared.server_gauges(worker, server.slot).served, 1);
  return true;
}

void DataPlane::release(Server& server) {
  shared.server_load(server.slot).served.fetch_sub(1);
  shift(shared.server_gauges(worker, server.slot).served, -1);
  // The order matters: whoever joins a queue looks at `served` afterwards, so one of the two sees
  // the other.
  const uint32_t want_it = shared.server_load(server.slot).queued.load();
  const uint32_t want_any = shared.proxy_load(server.backend.config.index).queued.load();
  if (want_it == 0 && want_any == 0) return;
  serve_own_queue(server);
  if (has_slot(server) && others_wait(server)) wake_other_workers(server.backend, &server);
}

void DataPlane::enter_backend(Backend& backend) {
  ProxyLoad& load = shared.proxy_load(backend.config.index);
  raise_to(load.be_served_max, load.be_served.fetch_add(1, kRelaxed) + 1);
  shift(shared.proxy_gauges(worker, backend.config.index).be_served, 1);
}

void DataPlane::leave_backend(Backend& backend) {
  shared.proxy_load(backend.config.index).be_served.fetch_sub(1, kRelaxed);
  shift(shared.proxy_gauges(worker, backend.config.index).be_served, -1);
}

void DataPlane::join_queue(Backend& backend, Server* server, WaitEntry& entry) {
  entry.backend = &backend;
  entry.server = server;
  entry.since = static_cast<uint32_t>(now_ms()) | 1;
  ProxyLoad& load = shared.proxy_load(backend.config.index);
  // The time is told before the queue is counted: who counts it finds the time as well.
  if (server == nullptr) {
    backend.waiting.push(entry);
    shared.proxy_gauges(worker, backend.config.index).waits_since = backend.waiting.waits_since();
    raise_to(load.queued_max, load.queued.fetch_add(1) + 1);
    shift(shared.proxy_gauges(worker, backend.config.index).queued, 1);
    return;
  }
  if (server->waiting.size() == 0) {
    server->waited_for_at = backend.waited_for.size();
    backend.waited_for.push_back(server);
  }
  server->waiting.push(entry);
  shared.server_gauges(worker, server->slot).waits_since = server->waiting.waits_since();
  ServerLoad& server_load = shared.server_load(server->slot);
  raise_to(server_load.queued_max, server_load.queued.fetch_add(1) + 1);
  shift(shared.server_gauges(worker, server->slot).queued, 1);
}

void DataPlane::leave_queue(WaitEntry& entry) {
  entry.queue->remove(entry);
  if (entry.server == nullptr) {
    WorkerProxyGauges& gauges = shared.proxy_gauges(worker, entry.backend->config.index);
    gauges.waits_since = entry.backend->waiting.waits_since();
    shared.proxy_load(entry.backend->config.index).queued.fetch_sub(1, kRelaxed);
    shift(gauges.queued, -1);
    return;
  }
  WorkerServerGauges& gauges = shared.server_gauges(worker, entry.server->slot);
  gauges.waits_since = entry.server->waiting.waits_since();
  shared.server_load(entry.server->slot).queued.fetch_sub(1, kRelaxed);
  shift(gauges.queued, -1);
  if (entry.server->waiting.size() != 0) return;
  auto& waited_for = entry.backend->waited_for;
  waited_for.back()->waited_for_at = entry.server->waited_for_at;
  waited_for[entry.server->waited_for_at] = waited_for.back();
  waited_for.pop_back();
}

void DataPlane::note_idle(Server& server, int change, bool safe) {
  ServerLoad& load = shared.server_load(server.slot);
  WorkerServerGauges& gauges = shared.server_gauges(worker, server.slot);
  load.idle.fetch_add(static_cast<uint32_t>(change), kRelaxed);
  shift(gauges.idle, change);
  if (!safe) return;
  load.idle_safe.fetch_add(static_cast<uint32_t>(change), kRelaxed);
  shift(gauges.idle_safe, change);
}

void DataPlane::note_assigned(Server& server) {
  ServerCounters& counts = server.counters;
  ++counts.sess_tot;
  counts.sess_rate.add(now_ms());
  counts.last_session_ms.store(now_ms(), kRelaxed);
  server.backend.counters.last_session_ms.store(now_ms(), kRelaxed);
}

void DataPlane::count_accept(const Frontend& frontend, uint32_t listener) {
  raise_to(shared.header().conns_max, shared.header().conns.load(kRelaxed));
  ProxyLoad& load = shared.proxy_load(frontend.config.index);
  raise_to(load.fe_conns_max, load.fe_conns.load(kRelaxed));
  ListenerCounters& socket = count_listener(listener);
  raise_to(socket.conns_max, socket.conns.load(kRelaxed));
  ++socket.conn_tot;
  FrontendCounters& counts = frontend.counters;
  ++counts.conn_tot;
  ++counts.sess_tot;
  counts.conn_rate.add(now_ms());
  counts.sess_rate.add(now_ms());
  ++counters.conn_tot;
  counters.conn_rate.add(now_ms());
  counters.sess_rate.add(now_ms());
  if (deaf_ns().load(kRelaxed) != 0) deaf_ns().store(0, kRelaxed);
}

void DataPlane::note_accept_failure(int code) {
  ++counters.accept_paused;
  if (deaf_ns().load(kRelaxed) != 0) return;
  deaf_ns().store(monotonic_ns(), kRelaxed);
  HW_ALERT("{}; accepting pauses until a connection ends. Raise 'ulimit-n' or lower 'maxconn'.",
           errno_error("cannot accept a connection", code).text);
}

void DataPlane::end_accept_failure() {
  if (deaf_ns().load(kRelaxed) == 0) return;
  // Takes of the process and of the system what accept4(2) takes.
  if (const Fd probe(eventfd(0, EFD_CLOEXEC)); probe) deaf_ns().store(0, kRelaxed);
}

void DataPlane::count_bytes(const Frontend& frontend, const Backend* backend, const Server* server,
                            uint32_t listener, uint64_t in, uint64_t out) {
  const auto add = [in, out](auto& counts) {
    counts.bytes_in.add(in);
    counts.bytes_out.add(out);
  };
  add(frontend.counters);
  add(count_listener(listener));
  if (backend != nullptr) add(backend->counters);
  if (server != nullptr) add(server->counters);
  counters.bytes_out.add(out);
}

void DataPlane::fill_loads(AccessRecord& record, const Frontend& frontend, const Backend* backend,
                           const Server* server, bool counted) {
  record.process_conns = shared.header().conns.load(kRelaxed);
  record.frontend_conns = shared.proxy_load(frontend.config.index).fe_conns.load(kRelaxed);
  const auto without_this = [](uint32_t n) { return n == 0 ? 0 : n - 1; };
  if (backend != nullptr) {
    record.backend_conns =
        without_this(shared.proxy_load(backend->config.index).be_served.load(kRelaxed));
  }
  if (server != nullptr) {
    const uint32_t served = shared.server_load(server->slot).served.load(kRelaxed);
    record.server_conns = counted ? without_this(served) : served;
  }
  record.request_counter = counters.req_tot.value();
}

}  // namespace hawser
