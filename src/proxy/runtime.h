// SPDX-License-Identifier: MIT
// What a worker makes of the configuration: frontends, backends and servers as they run. Built once
// after fork; a tree owned by DataPlane, referred to by plain references from sessions and streams,
// which it outlives.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "config/model.h"
#include "logging/log_out.h"
#include "loop/loop.h"
#include "loop/timer_wheel.h"
#include "proxy/balance/balancer.h"
#include "proxy/net/buffer.h"
#include "proxy/net/connect.h"
#include "proxy/net/pipe_pool.h"
#include "proxy/stream/idle_pool.h"
#include "proxy/stream/queue.h"
#include "shm/shared.h"

namespace hawser {

struct AccessRecord;
class Session;
class Stream;
struct Backend;

struct Server {
  Server(const ServerConfig& config, Backend& backend, uint32_t position, uint32_t slot,
         ServerCounters& counters);
  const ServerConfig& config;
  Backend& backend;
  uint32_t position;         // in the backend
  uint32_t slot;             // in the shared arrays
  ServerCounters& counters;  // this worker's
  const ConnSharing sharing;
  IdlePool idle;             // open connections that no request uses
  WaitQueue waiting;         // streams that want this server and no other
  size_t waited_for_at = 0;  // in Backend::waited_for, while `waiting` has somebody
};

struct Backend {
  Backend(const ProxyConfig& c, Shared& shared, uint32_t first_server, uint32_t worker);
  const ProxyConfig& config;
  BackendCounters& counters;  // this worker's
  BackendView view;
  std::unique_ptr<Balancer> balancer;
  std::vector<std::unique_ptr<Server>> servers;
  WaitQueue waiting;                        // streams that want any server
  std::vector<Server*> waited_for;          // those that streams want and no other
  std::vector<std::string> server_cookies;  // by position
  uint32_t seen_changes = 0;                // ProxyLoad::servers_changed at the last rebuild
};

struct Frontend {
  Frontend(const ProxyConfig& c, FrontendCounters& mine) : config(c), counters(mine) {}
  const ProxyConfig& config;
  FrontendCounters& counters;  // this worker's
  Backend* default_backend = nullptr;
  std::optional<LogStage> log_stage;  // from when on an access line may be due; nullopt: never
  bool logs() const { return log_stage.has_value(); }
};

// Everything of one worker that sessions and streams share.
class DataPlane {
 public:
  DataPlane(Loop& loop, const Config& config, Shared& shared, uint32_t worker, LogOut& log);
  ~DataPlane();

  Loop& loop;
  const Config& config;
  Shared& shared;
  const uint32_t worker;
  LogOut& log;

  BufferPool buffers;
  PipePool pipes;
  TimerWheel wheel;
  std::vector<std::unique_ptr<Frontend>> frontends;  // by proxy index; nullptr: not a frontend
  std::vector<std::unique_ptr<Backend>> backends;    // by proxy index; nullptr: not a backend
  ProcessCounters& counters;
  uint64_t next_stream_id = 1;
  uint64_t next_session_id = 1;
  bool draining = false;

  int64_t now_ms() const { return loop.now_ms(); }
  ListenerCounters& count_listener(uint32_t listener) { return shared.listener(worker, listener); }
  // It was neither paused nor stopped at run time.
  bool is_open(const Frontend& fe) const {
    return shared.frontend_state(fe.config.index).standing.load() == FrontendStanding::kOpen;
  }
  std::atomic<int64_t>& deaf_ns() { return shared.process(kFirstWorker + worker).deaf_ns; }

  // Streams are reused: their vectors and parsers are warm.
  std::unique_ptr<Stream> take_stream(Session& session);
  void give_back(std::unique_ptr<Stream> stream);

  // Rebuilds the balancer when control changed some server.
  void notice_server_changes(Backend& backend);
  bool has_usable_server(const Backend& backend) const;
  bool has_other_server(const Server& server) const;  // that takes new requests beside this one

  // Shared loads, each with this worker's gauge beside it (accounting.cc, queues.cc). reserve()
  // takes one of the server's maxconn slots; release() gives it back and wakes whoever waits for
  // it, in this worker or another.
  bool reserve(Server& server);
  void release(Server& server);
  void enter_backend(Backend& backend);
  void leave_backend(Backend& backend);
  void join_queue(Backend& backend, Server* server, WaitEntry& entry);
  void leave_queue(WaitEntry& entry);
  // The same without having been served: others may have let this stream go first.
  void abandon_queue(WaitEntry& entry);
  // Lets as many waiting streams go on as there is room for: after a change of any server's state,
  // or when others may have made room.
  void serve_queues(Backend& backend);
  // The same after a change of this server alone; however many servers there are.
  void serve_queue(Server& server);
  // `safe`: the connection has been reused with success.
  void note_idle(Server& server, int change, bool safe);
  // A session goes to the server: every attempt counts, as in HAProxy.
  void note_assigned(Server& server);
  // A client connection's place within the limits of the process, the frontend and the bind line,
  // from before accept(2) to the close (places.cc). false: there is none, and whoever leaves one
  // rings this worker.
  bool take_place(const Frontend& frontend, uint32_t listener, uint32_t bind_limit);
  // true: other workers wait for it, and were woken.
  bool leave_place(const Frontend& frontend, uint32_t listener);
  // How long `rate-limit sessions` forbids another one. 0: it does not.
  int64_t rate_wait_ms(const Frontend& frontend) const;
  // This worker tries again, whatever held it up.
  void stop_waiting_for_places();
  void count_accept(const Frontend& frontend, uint32_t listener);
  // accept() failed for lack of descriptors or memory: counted, and logged when it begins.
  void note_accept_failure(int code);
  // Looks whether descriptors are to be had again, after a failure. Nobody may come to accept.
  void end_accept_failure();
  // The loop of this worker has turned within half a second. Nobody waits for what another does.
  bool is_alive(uint32_t which) const;
  void count_bytes(const Frontend& frontend, const Backend* backend, const Server* server,
                   uint32_t listener, uint64_t in, uint64_t out);
  // `counted`: the stream is one of those that the server serves.
  void fill_loads(AccessRecord& record, const Frontend& frontend, const Backend* backend,
                  const Server* server, bool counted);

  // After a response: into the session's pocket, the server's pool, or closed, as `http-reuse` and
  // the limits say.
  void keep_server_conn(std::unique_ptr<ServerConn> conn, Session& session);
  // Closes connections that have been idle for `pool-purge-delay`; to be called every second.
  void purge_idle_conns();

  // For `show errors`: the last message that was refused, per proxy and direction.
  struct BadMessage {
    int64_t when_us = 0;
    std::string frontend, backend, server, client, why, bytes;
    bool is_request = true;
    size_t position = 0;
    uint64_t count = 0;
  };
  void capture_error(BadMessage message);
  const std::vector<BadMessage>& captured_errors() const { return bad_messages_; }

 private:
  void wake_other_workers(const Backend& backend, const Server* server);
  bool serve_own_queue(Server& server);  // did it serve anybody?
  bool has_slot(const Server& server) const;
  bool others_wait(const Server& server) const;
  uint32_t waits_since(uint32_t which, const Server& server) const;
  bool yields(const Server& server) const;
  void send_elsewhere(Server& server);
  bool may_serve(const Server& server, const WaitEntry& entry) const;
  uint32_t slot_limit(const Server& server) const;
  uint64_t own_bit() const { return uint64_t{1} << worker; }
  struct PlaceLimit;
  bool take_or_wait(const PlaceLimit& limit);
  bool wake_waiting(uint64_t workers);
  std::vector<std::unique_ptr<Stream>> free_streams_;
  std::vector<BadMessage> bad_messages_;
};

}  // namespace hawser
