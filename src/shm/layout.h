// SPDX-License-Identifier: MIT
// Everything that several processes see. One anonymous segment, mapped before any fork, so that
// pointers made from it are the same in every process of a generation. Per field: who writes;
// anyone may read, without locks.
//
// Memory orders. A word that is read for its own sake is relaxed: a gauge, a counter, a maximum, a
// limit, a time. A reader acts on a value that is a moment old as on one that changes a moment
// later, and nothing else is concluded from it; where two such words are shown together, they may
// be of two moments. Three kinds of words say something of others:
//  - a word that publishes others is stored with release, after them, and loaded with acquire
//    before them: ServerState::word, Schedule::active, ProxyLoad::servers_changed,
//    TrackState::result, VrrpWish::asked and answered, VrrpEventEntry::number,
//    VrrpEventRing::written, Heartbeat::state, and the second of a RateCounter;
//  - of two processes, each stores one word and looks at the other's, and one of them must see what
//    the other stored: places and those that wait for them (proxy/places.cc), the slots of servers
//    and queues (proxy/queues.cc). Stores and looks are in the default order;
//  - an eventfd is written after the words that it tells of. The kernel's lock on it orders them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace hawser {

inline constexpr uint32_t kMaxWorkers = 64;
// Raise on any change in this file, vrrp_state.h, counters.h or counters.def.
inline constexpr uint32_t kLayout = 12;

// Who a process is; indexes SharedHeader::processes. Worker n is kFirstWorker + n.
enum ProcessSlot : uint32_t { kMasterSlot = 0, kControlSlot = 1, kVrrpSlot = 2, kFirstWorker = 3 };
inline constexpr uint32_t kProcessSlots = kFirstWorker + kMaxWorkers;

enum class ProcessState : uint32_t { kAbsent, kStarting, kServing, kDraining, kDead, kHung };

// One per process. `state` and `pid` are written by the master (kServing and kDraining by the
// process itself), `beat_ns` by the process, once a loop turn or every 100 ms at least.
struct alignas(64) Heartbeat {
  std::atomic<int64_t> beat_ns;  // monotonic clock
  std::atomic<int64_t> started_ns;
  std::atomic<int32_t> pid;
  std::atomic<ProcessState> state;
  std::atomic<uint32_t> restarts;  // master
  std::atomic<int32_t> doorbell;   // master: eventfd that wakes the process's loop; -1: none
  // The process, a worker: since when it can accept no connection, for want of descriptors or
  // memory; 0: it can. Limits of the configuration are no such want.
  std::atomic<int64_t> deaf_ns;
  std::atomic<int64_t> lost_ns;        // master: when it learned that the predecessor had ended
  std::atomic<int64_t> serving_ns;     // the process: since when it serves; 0: not yet
  std::atomic<uint32_t> idle_percent;  // the process: Loop::idle_percent()
};

// kStopping: up, but takes only what persistence sends to it (the statistics say NOLB).
enum class ServerHealth : uint8_t { kDown, kUp, kStopping };

// Why a server is not simply up or down. Bits.
enum AdminState : uint8_t {
  kAdminReady = 0,
  kAdminMaint = 1,
  kAdminDrain = 2,
  kAdminForcedByConfig = 4 /* `disabled` */
};

// Writer: control. `word` packs what must agree; see HealthWord in shm/server_state.h.
struct alignas(64) ServerState {
  std::atomic<uint64_t> word;         // HealthWord
  std::atomic<uint32_t> weight;       // effective, 0 … 256 × 16 parts (slow start included)
  std::atomic<uint32_t> user_weight;  // as set by the configuration or at run time, 0 … 256
  std::atomic<int64_t> changed_ms;    // monotonic; last change of state
  std::atomic<int64_t> down_ms;       // total time down before the last change
  std::atomic<uint32_t> checks_failed;
  std::atomic<uint32_t> times_down;
  std::atomic<uint32_t> check_status;  // CheckStatus, code and duration: see shm/server_state.h
  std::atomic<uint32_t> check_code;
  std::atomic<uint32_t> check_ms;
  std::atomic<uint32_t> reserved;
};

// A backend as a whole: up while a usable server is left. Writer: control.
struct BackendState {
  std::atomic<int64_t> changed_ms;  // monotonic; last time it went down or came back
  std::atomic<int64_t> down_ms;     // total time down before the last change
  std::atomic<uint32_t> times_down;
  std::atomic<uint32_t> down;  // 1: no usable server is left
};

// Whether a frontend accepts clients. Paused, it may do so again; stopped, its sockets are closed.
// Writer: control.
enum class FrontendStanding : uint32_t { kOpen, kPaused, kStopped };
struct FrontendState {
  std::atomic<FrontendStanding> standing;
};

// What the statistics remember besides the workers' counters. Writer: control. The rates are the
// most events that all workers together had in one whole second; the `cleared` values are what
// `clear counters all` found, and are subtracted by readers.
struct alignas(64) ProxyMarks {
  std::atomic<uint32_t> conn_rate_max, fe_sess_rate_max, req_rate_max, be_sess_rate_max;
  std::atomic<uint32_t> cleared_times_down;
  std::atomic<uint32_t> needs_connections;  // 1: some ServerLoad::needed is not 0
};
struct ServerMarks {
  std::atomic<uint32_t> sess_rate_max;
  std::atomic<uint32_t> cleared_checks_failed, cleared_times_down;
};

// Writers: every worker, with atomic operations; the master takes a dead worker's share back, using
// its gauges. leastconn, maxconn and queues read these, so they hold for the machine and not per
// process. `clear counters`, in control, lowers the maxima to the present value.
struct alignas(64) ServerLoad {
  std::atomic<uint32_t> served;  // sessions or requests in progress
  std::atomic<uint32_t> queued;  // requests that wait for this server
  std::atomic<uint32_t> served_max, queued_max;
  std::atomic<uint32_t> idle;       // idle connections, all workers
  std::atomic<uint32_t> idle_safe;  // of these, those that have been reused with success
  std::atomic<uint32_t> needed;  // the most `served` lately; control lowers it, see stats_marks.h
};
struct alignas(64) ProxyLoad {
  std::atomic<uint32_t> fe_conns;  // frontend: client connections
  std::atomic<uint32_t> fe_conns_max;
  std::atomic<uint32_t> be_served;  // backend: streams in progress
  std::atomic<uint32_t> be_served_max;
  std::atomic<uint32_t> queued;  // backend: requests that wait for any server
  std::atomic<uint32_t> queued_max;
  std::atomic<uint32_t>
      servers_changed;  // control: counts state changes of the servers; balancers compare it
  // Frontend: a bit for each worker whose clients wait because of its maxconn.
  std::atomic<uint64_t> paused_workers;
};

// Of a bind line, over all workers.
struct alignas(64) ListenerLoad {
  std::atomic<uint32_t> conns;           // client connections
  std::atomic<uint64_t> paused_workers;  // those whose clients wait because of its maxconn
};

// The gauges of one worker, each written by that worker only: what the master takes back when it
// dies.
struct WorkerServerGauges {
  std::atomic<uint32_t> served, queued, idle, idle_safe;
  std::atomic<uint32_t> waits_since;  // of the first in this queue, see WaitEntry; 0: nobody waits
};
struct WorkerProxyGauges {
  std::atomic<uint32_t> fe_conns, be_served, queued;
  std::atomic<uint32_t> waits_since;
};

// The round-robin order of a backend. Writer: control, which fills the half that `active` does not
// name and then publishes it. A worker picks entry fetch_add(turn) % length. See shm/schedule.h.
struct alignas(64) Schedule {
  std::atomic<uint32_t> active;  // 0 or 1
  std::atomic<uint32_t> length[2];
  alignas(64) std::atomic<uint64_t> turn;  // workers; never wraps
};

struct SharedHeader {
  uint32_t layout;  // kLayout
  uint32_t workers;
  uint32_t proxies, servers, listeners;
  uint32_t vrrp_instances;
  std::atomic<uint32_t> conns;  // client connections of all workers
  std::atomic<uint32_t> conns_max;
  std::atomic<uint32_t> maxconn;                       // global limit
  std::atomic<uint64_t> paused_workers;                // workers: a bit for each that it holds up
  std::atomic<uint32_t> stopping;                      // master: 1 after a soft stop was asked for
  std::atomic<int64_t> started_ms;                     // monotonic
  std::atomic<uint32_t> frontends_stopped;             // control: how often one was
  std::atomic<uint32_t> conn_rate_max, sess_rate_max;  // control, as in ProxyMarks
  Heartbeat processes[kProcessSlots];
};

static_assert(sizeof(Heartbeat) == 64 && sizeof(ServerState) == 64 && sizeof(ServerLoad) == 64);
static_assert(sizeof(ProxyLoad) == 64);
static_assert(std::is_standard_layout_v<SharedHeader> &&
              std::is_trivially_destructible_v<SharedHeader>);
static_assert(std::atomic<uint64_t>::is_always_lock_free &&
              std::atomic<int64_t>::is_always_lock_free);

}  // namespace hawser
