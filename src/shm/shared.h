// SPDX-License-Identifier: MIT
// The shared segment of a generation: created by the master from the Config before any fork,
// inherited by all.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/fd.h"
#include "base/result.h"
#include "config/model.h"
#include "shm/counters.h"
#include "shm/layout.h"
#include "shm/vrrp_state.h"

namespace hawser {

class Shared {
 public:
  // `workers` is fixed for the generation. Slots are zeroed; ServerState starts from the
  // configuration: up when enabled (checked servers too, until their first check says otherwise, as
  // HAProxy's init-state up), weights set.
  static Result<std::unique_ptr<Shared>> create(const Config& config, uint32_t workers);
  ~Shared();
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;

  SharedHeader& header() { return *header_; }
  const SharedHeader& header() const { return *header_; }
  uint32_t workers() const { return header_->workers; }

  Heartbeat& process(uint32_t slot) { return header_->processes[slot]; }
  ServerState& server_state(uint32_t server) { return server_states_[server]; }
  ServerLoad& server_load(uint32_t server) { return server_loads_[server]; }
  ProxyLoad& proxy_load(uint32_t proxy) { return proxy_loads_[proxy]; }
  ListenerLoad& listener_load(uint32_t listener) { return listener_loads_[listener]; }
  FrontendState& frontend_state(uint32_t proxy) { return frontend_states_[proxy]; }
  BackendState& backend_state(uint32_t proxy) { return backend_states_[proxy]; }
  ProxyMarks& proxy_marks(uint32_t proxy) { return proxy_marks_[proxy]; }
  ServerMarks& server_marks(uint32_t server) { return server_marks_[server]; }
  Schedule& schedule(uint32_t proxy) { return schedules_[proxy]; }
  // The two halves of a proxy's order: schedule_capacity() server positions (within the backend)
  // each; see shm/schedule.h.
  std::span<uint16_t> schedule_entries(uint32_t proxy, uint32_t half);

  VrrpSlot& vrrp(uint32_t instance) { return vrrps_[instance]; }
  // The counters that `clear counters` found; see cleared_row().
  VrrpSlot& vrrp_cleared(uint32_t instance) { return vrrps_[header_->vrrp_instances + instance]; }
  TrackState& track_state(uint32_t slot) { return track_states_[slot]; }
  // kVrrpSpeakers rows. Like the ring, only where the configuration has instances.
  VrrpSpeaker& vrrp_speaker(uint32_t row) { return vrrp_speakers_[row]; }
  VrrpEventRing& vrrp_events() { return *vrrp_events_; }

  // The row of the counter arrays after the last worker's: what `clear counters all` found there.
  // Counters have one writer, their worker, so they are never set back: control notes their sums
  // here and readers subtract them. In shared memory, so that it outlives a control process that
  // dies, and that whoever shows statistics shows the same ones.
  uint32_t cleared_row() const { return header_->workers; }

  FrontendCounters& frontend(uint32_t worker, uint32_t proxy) {
    return frontends_[worker * header_->proxies + proxy];
  }
  BackendCounters& backend(uint32_t worker, uint32_t proxy) {
    return backends_[worker * header_->proxies + proxy];
  }
  ServerCounters& server(uint32_t worker, uint32_t server) {
    return servers_[worker * header_->servers + server];
  }
  ListenerCounters& listener(uint32_t worker, uint32_t listener) {
    return listeners_[worker * header_->listeners + listener];
  }
  ProcessCounters& process_counters(uint32_t worker) { return processes_[worker]; }
  WorkerServerGauges& server_gauges(uint32_t worker, uint32_t server) {
    return server_gauges_[worker * header_->servers + server];
  }
  WorkerProxyGauges& proxy_gauges(uint32_t worker, uint32_t proxy) {
    return proxy_gauges_[worker * header_->proxies + proxy];
  }

  // Master, after a worker's death: subtracts its gauges from the shared loads and zeroes them.
  // Returns how many client connections it had.
  uint32_t take_back(uint32_t worker);

  int memfd() const { return memfd_.get(); }

 private:
  Shared() = default;
  Result<> map(size_t size);
  void init(const Config& config);
  Fd memfd_;
  std::byte* base_ = nullptr;
  size_t size_ = 0;
  SharedHeader* header_ = nullptr;
  ServerState* server_states_ = nullptr;
  ServerLoad* server_loads_ = nullptr;
  ProxyLoad* proxy_loads_ = nullptr;
  ListenerLoad* listener_loads_ = nullptr;
  FrontendState* frontend_states_ = nullptr;
  BackendState* backend_states_ = nullptr;
  ProxyMarks* proxy_marks_ = nullptr;
  ServerMarks* server_marks_ = nullptr;
  Schedule* schedules_ = nullptr;
  uint16_t* schedule_entries_ = nullptr;
  std::unique_ptr<uint64_t[]> schedule_offsets_;
  FrontendCounters* frontends_ = nullptr;
  BackendCounters* backends_ = nullptr;
  ServerCounters* servers_ = nullptr;
  ListenerCounters* listeners_ = nullptr;
  ProcessCounters* processes_ = nullptr;
  WorkerServerGauges* server_gauges_ = nullptr;
  WorkerProxyGauges* proxy_gauges_ = nullptr;
  VrrpSlot* vrrps_ = nullptr;
  TrackState* track_states_ = nullptr;
  VrrpSpeaker* vrrp_speakers_ = nullptr;
  VrrpEventRing* vrrp_events_ = nullptr;
};

}  // namespace hawser
