// SPDX-License-Identifier: MIT
// Who goes on when a server has room. Each worker has its own queues (see join_queue()); the slots
// belong to all of them.
#include "loop/watch.h"
#include "proxy/runtime.h"
#include "proxy/stream/stream.h"
#include "shm/server_state.h"

namespace hawser {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
// A heartbeat so old is a sick worker's. The master wakes the others when one becomes so old.
constexpr int64_t kSickNs = 500'000'000;
// Handing every slot to and fro would cost more than it would be worth.
constexpr int32_t kNotablyMs = 10;

// How many milliseconds earlier than `late` the other began to wait.
int32_t head_start(uint32_t early, uint32_t late) { return static_cast<int32_t>(late - early); }

}  // namespace

void DataPlane::abandon_queue(WaitEntry& entry) {
  const bool was_first = entry.queue->front() == &entry;
  leave_queue(entry);
  if (was_first) wake_other_workers(*entry.backend, entry.server);
}

// Whoever waits for any server does not want one that drains or is a backup beside active ones: its
// algorithm decides. With `option persist` a server that is down keeps those that its cookie named.
bool DataPlane::may_serve(const Server& server, const WaitEntry& entry) const {
  const bool usable = is_usable(health_of(shared.server_state(server.slot)));
  if (entry.server != nullptr) return usable || server.backend.config.option(Option::kPersist);
  return usable && takes_new(server.backend.view, server.position);
}

bool DataPlane::serve_own_queue(Server& server) {
  Backend& backend = server.backend;
  for (bool served = false;; served = true) {
    WaitEntry* next =
        server.waiting.front() != nullptr ? server.waiting.front() : backend.waiting.front();
    if (next == nullptr || !may_serve(server, *next) || yields(server)) return served;
    // The slot is taken in the name of the stream, so that nobody overtakes it before its session
    // runs.
    if (!reserve(server)) return served;
    leave_queue(*next);
    next->granted = &server;
    loop.again(&next->stream.session().client(), 0);
  }
}

void DataPlane::serve_queue(Server& server) {
  const bool served = serve_own_queue(server);
  // Others left what is still free to those that have been served now.
  if (served && has_slot(server) && others_wait(server)) {
    wake_other_workers(server.backend, &server);
  }
}

// Whoever waits for a server that went down leaves its queue with nothing, and chooses again.
void DataPlane::send_elsewhere(Server& server) {
  while (WaitEntry* next = server.waiting.front()) {
    leave_queue(*next);
    loop.again(&next->stream.session().client(), 0);
  }
}

void DataPlane::serve_queues(Backend& backend) {
  const bool redistributes =
      backend.config.redispatch != 0 && !backend.config.option(Option::kPersist);
  // From the end: a server that nobody waits for any more changes its place with the last one.
  for (size_t i = backend.waited_for.size(); i-- > 0;) {
    Server& server = *backend.waited_for[i];
    if (redistributes && !is_usable(health_of(shared.server_state(server.slot)))) {
      send_elsewhere(server);
    } else {
      serve_queue(server);
    }
  }
  for (const auto& server : backend.servers) {
    if (backend.waiting.front() == nullptr) break;
    serve_queue(*server);
  }
}

bool DataPlane::has_slot(const Server& server) const {
  return shared.server_load(server.slot).served.load() < slot_limit(server);
}

bool DataPlane::others_wait(const Server& server) const {
  return shared.server_load(server.slot).queued.load() > server.waiting.size() ||
         shared.proxy_load(server.backend.config.index).queued.load() >
             server.backend.waiting.size();
}

// Since when a worker's stream waits that could use this server, and has waited longest.
uint32_t DataPlane::waits_since(uint32_t which, const Server& server) const {
  const uint32_t for_it = shared.server_gauges(which, server.slot).waits_since.load();
  if (!takes_new(server.backend.view, server.position)) return for_it;
  const uint32_t for_any =
      shared.proxy_gauges(which, server.backend.config.index).waits_since.load();
  if (for_it == 0 || for_any == 0) return for_it + for_any;
  return head_start(for_it, for_any) > 0 ? for_it : for_any;
}

// Each worker would serve its own queue for ever while others wait, so it leaves the slot to
// another worker's stream that has waited notably longer. That worker was woken when the slot
// became free, or is when what it waits for changes; the stream that has waited longest of all is
// never passed over.
bool DataPlane::yields(const Server& server) const {
  if (!others_wait(server) || !has_slot(server)) return false;
  const uint32_t own = waits_since(worker, server);
  for (uint32_t other = 0; other < shared.workers(); ++other) {
    if (other == worker) continue;
    const uint32_t since = waits_since(other, server);
    if (since != 0 && head_start(since, own) > kNotablyMs && is_alive(other)) return true;
  }
  return false;
}

// `server`: whose slot became free; nullptr: the backend's queue has changed. Who waits is told by
// the times: whoever is counted in a queue has told its time before, see join_queue().
void DataPlane::wake_other_workers(const Backend& backend, const Server* server) {
  for (uint32_t other = 0; other < shared.workers(); ++other) {
    if (other == worker) continue;
    const bool waits = server == nullptr ||
                       shared.proxy_gauges(other, backend.config.index).waits_since.load() != 0 ||
                       shared.server_gauges(other, server->slot).waits_since.load() != 0;
    const int bell = shared.process(kFirstWorker + other).doorbell.load(kRelaxed);
    if (waits && bell >= 0) Doorbell::ring(bell);
  }
}

bool DataPlane::is_alive(uint32_t which) const {
  const Heartbeat& beat = shared.process(kFirstWorker + which);
  return loop.now_ns() - beat.beat_ns.load(kRelaxed) < kSickNs;
}

}  // namespace hawser
