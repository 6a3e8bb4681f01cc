// SPDX-License-Identifier: MIT
#include "shm/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include <algorithm>
#include <new>

#include "base/clock.h"
#include "shm/schedule.h"
#include "shm/server_state.h"

namespace hawser {
namespace {

// Gives out consecutive arrays of the segment, each on its own cache line.
class Cursor {
 public:
  template <class T>
  size_t take(size_t count) {
    static_assert(std::is_standard_layout_v<T> && std::is_trivially_destructible_v<T>);
    static_assert(alignof(T) <= kLine);
    const size_t at = end_;
    end_ = (end_ + count * sizeof(T) + kLine - 1) / kLine * kLine;
    return at;
  }
  size_t end() const { return end_; }

 private:
  static constexpr size_t kLine = 64;
  size_t end_ = 0;
};

// Subtracts what a dead process had added, and never wraps: it may have died between the two
// stores. The kernel has told its end, so all that it stored is there; whoever waits for the room
// is rung afterwards.
void give_back(std::atomic<uint32_t>& total, std::atomic<uint32_t>& gauge) {
  const uint32_t share = gauge.load(std::memory_order_relaxed);
  if (share == 0) return;
  gauge.store(0, std::memory_order_relaxed);
  uint32_t now = total.load(std::memory_order_relaxed);
  while (!total.compare_exchange_weak(now, now - std::min(now, share), std::memory_order_relaxed)) {
  }
}

void init_server(ServerState& state, const ServerSettings& set, int64_t now_ms) {
  HealthWord word;
  word.health = ServerHealth::kUp;
  word.admin = set.disabled ? kAdminForcedByConfig : kAdminReady;
  word.check_enabled = set.check;
  word.streak = set.rise;  // up, and down at the first failure
  state.word.store(word.packed(), std::memory_order_relaxed);
  state.user_weight.store(set.weight, std::memory_order_relaxed);
  state.weight.store(uint32_t{set.weight} * 16, std::memory_order_relaxed);
  state.changed_ms.store(now_ms, std::memory_order_relaxed);
  const CheckStatus status = set.check ? CheckStatus::kInit : CheckStatus::kUnknown;
  state.check_status.store(static_cast<uint32_t>(status), std::memory_order_relaxed);
}

}  // namespace

Result<std::unique_ptr<Shared>> Shared::create(const Config& config, uint32_t workers) {
  HW_ASSERT(workers >= 1 && workers <= kMaxWorkers);
  const size_t proxies = config.proxies.size();
  const size_t servers = config.servers, listeners = config.listeners;
  std::unique_ptr<Shared> shared(new Shared());
  shared->schedule_offsets_ = std::make_unique<uint64_t[]>(proxies + 1);
  for (size_t i = 0; i < proxies; ++i) {
    shared->schedule_offsets_[i + 1] =
        shared->schedule_offsets_[i] + 2 * uint64_t{schedule_capacity(*config.proxies[i])};
  }

  Cursor cursor;
  const size_t header = cursor.take<SharedHeader>(1);
  const size_t states = cursor.take<ServerState>(servers);
  const size_t server_loads = cursor.take<ServerLoad>(servers);
  const size_t proxy_loads = cursor.take<ProxyLoad>(proxies);
  const size_t listener_loads = cursor.take<ListenerLoad>(listeners);
  const size_t frontend_states = cursor.take<FrontendState>(proxies);
  const size_t backend_states = cursor.take<BackendState>(proxies);
  const size_t proxy_marks = cursor.take<ProxyMarks>(proxies);
  const size_t server_marks = cursor.take<ServerMarks>(servers);
  const size_t schedules = cursor.take<Schedule>(proxies);
  const size_t entries = cursor.take<uint16_t>(shared->schedule_offsets_[proxies]);
  const size_t rows = workers + 1;  // cleared_row()
  const size_t frontends = cursor.take<FrontendCounters>(rows * proxies);
  const size_t backends = cursor.take<BackendCounters>(rows * proxies);
  const size_t server_counters = cursor.take<ServerCounters>(rows * servers);
  const size_t listener_counters = cursor.take<ListenerCounters>(rows * listeners);
  const size_t processes = cursor.take<ProcessCounters>(workers);
  const size_t server_gauges = cursor.take<WorkerServerGauges>(workers * servers);
  const size_t proxy_gauges = cursor.take<WorkerProxyGauges>(workers * proxies);
  const size_t instances = config.vrrp_instances.size();
  const size_t vrrps = cursor.take<VrrpSlot>(2 * instances);  // vrrp_cleared()
  const size_t track_states = cursor.take<TrackState>(config.track_slots);
  const size_t speakers = cursor.take<VrrpSpeaker>(instances != 0 ? kVrrpSpeakers : 0);
  const size_t events = cursor.take<VrrpEventRing>(instances != 0 ? 1 : 0);

  if (auto mapped = shared->map(cursor.end()); !mapped) return mapped.error();
  // The kernel's zero pages are the initial value of every slot: only what starts otherwise is
  // written, so that a large configuration does not touch pages it may never use.
  std::byte* base = shared->base_;
  const auto at = [base]<class T>(T*& pointer, size_t offset) {
    pointer = std::launder(reinterpret_cast<T*>(base + offset));
  };
  at(shared->header_, header);
  at(shared->server_states_, states);
  at(shared->server_loads_, server_loads);
  at(shared->proxy_loads_, proxy_loads);
  at(shared->listener_loads_, listener_loads);
  at(shared->frontend_states_, frontend_states);
  at(shared->backend_states_, backend_states);
  at(shared->proxy_marks_, proxy_marks);
  at(shared->server_marks_, server_marks);
  at(shared->schedules_, schedules);
  at(shared->schedule_entries_, entries);
  at(shared->frontends_, frontends);
  at(shared->backends_, backends);
  at(shared->servers_, server_counters);
  at(shared->listeners_, listener_counters);
  at(shared->processes_, processes);
  at(shared->server_gauges_, server_gauges);
  at(shared->proxy_gauges_, proxy_gauges);
  at(shared->vrrps_, vrrps);
  at(shared->track_states_, track_states);
  at(shared->vrrp_speakers_, speakers);
  at(shared->vrrp_events_, events);

  shared->header_->layout = kLayout;
  shared->header_->workers = workers;
  shared->header_->proxies = static_cast<uint32_t>(proxies);
  shared->header_->servers = config.servers;
  shared->header_->listeners = config.listeners;
  shared->header_->vrrp_instances = static_cast<uint32_t>(instances);
  shared->init(config);
  publish_schedules(*shared, config);
  return shared;
}

Result<> Shared::map(size_t size) {
  memfd_.reset(memfd_create("hawser", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!memfd_) return errno_error("cannot create the shared memory segment", errno);
  if (ftruncate(memfd_.get(), static_cast<off_t>(size)) != 0) {
    return errno_error("cannot size the shared memory segment", errno);
  }
  // Nobody may cut it short under the others.
  fcntl(memfd_.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
  void* base = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, memfd_.get(), 0);
  if (base == MAP_FAILED) return errno_error("cannot map the shared memory segment", errno);
  base_ = static_cast<std::byte*>(base);
  size_ = size;
  return {};
}

void Shared::init(const Config& config) {
  const int64_t now_ms = monotonic_ms();
  header_->started_ms.store(now_ms, std::memory_order_relaxed);
  for (Heartbeat& process : header_->processes) {
    process.doorbell.store(-1, std::memory_order_relaxed);
  }
  for (size_t i = 0; i < config.proxies.size(); ++i) {
    const ProxyConfig& proxy = *config.proxies[i];
    backend_states_[i].changed_ms.store(now_ms, std::memory_order_relaxed);
    for (size_t s = 0; s < proxy.servers.size(); ++s) {
      init_server(server_states_[config.first_server[i] + s], proxy.servers[s].set, now_ms);
    }
  }
}

Shared::~Shared() {
  if (base_ != nullptr) munmap(base_, size_);
}

std::span<uint16_t> Shared::schedule_entries(uint32_t proxy, uint32_t half) {
  const uint64_t begin = schedule_offsets_[proxy];
  const uint64_t capacity = (schedule_offsets_[proxy + 1] - begin) / 2;
  return {schedule_entries_ + begin + half * capacity, capacity};
}

uint32_t Shared::take_back(uint32_t worker) {
  for (uint32_t i = 0; i < header_->servers; ++i) {
    WorkerServerGauges& gauges = server_gauges(worker, i);
    give_back(server_loads_[i].served, gauges.served);
    give_back(server_loads_[i].queued, gauges.queued);
    give_back(server_loads_[i].idle, gauges.idle);
    gauges.waits_since.store(0);
    give_back(server_loads_[i].idle_safe, gauges.idle_safe);
  }
  std::atomic<uint32_t> clients = 0;
  for (uint32_t i = 0; i < header_->proxies; ++i) {
    WorkerProxyGauges& gauges = proxy_gauges(worker, i);
    clients.fetch_add(gauges.fe_conns.load(std::memory_order_relaxed), std::memory_order_relaxed);
    give_back(proxy_loads_[i].fe_conns, gauges.fe_conns);
    give_back(proxy_loads_[i].be_served, gauges.be_served);
    give_back(proxy_loads_[i].queued, gauges.queued);
    gauges.waits_since.store(0);
  }
  for (uint32_t i = 0; i < header_->listeners; ++i) {
    give_back(listener_loads_[i].conns, listener(worker, i).conns);
  }
  const uint32_t lost = clients.load(std::memory_order_relaxed);
  give_back(header_->conns, clients);
  return lost;
}

}  // namespace hawser
