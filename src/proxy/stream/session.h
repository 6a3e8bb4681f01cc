// SPDX-License-Identifier: MIT
// One client connection, from accept to close: its streams one after the other, the pauses between
// them, its end.
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "base/address.h"
#include "proxy/net/conn.h"
#include "proxy/runtime.h"

namespace hawser {

class Listener;

// Who owns the sessions of a worker.
class SessionRegistry {
 public:
  virtual void session_began(std::unique_ptr<Session> session) = 0;
  virtual void session_ended(Session& session) = 0;
  virtual void listener_paused() = 0;

 protected:
  ~SessionRegistry() = default;
};

// Kept small: an idle keep-alive connection costs this and the kernel's socket.
class Session final : public ConnOwner {
 public:
  Session(DataPlane& plane, SessionRegistry& registry, Frontend& frontend, Listener& listener,
          Fd fd, const sockaddr_storage& peer);
  ~Session();

  // Reads the PROXY line if the listener wants one, then starts the first stream.
  void start();
  // The driver: lets the stream advance until it waits. Called for every event; never re-entered.
  void run();
  void on_conn(Conn& conn) override;

  // Soft stop: an idle session ends now, a busy one after its request.
  void drain();
  // `shutdown session`, and the end of the process: ends at once.
  void kill();

  DataPlane& plane() { return plane_; }
  Frontend& frontend() { return frontend_; }
  Listener& listener() { return listener_; }
  Conn& client() { return client_; }
  uint64_t id() const { return id_; }
  int64_t accepted_ms() const { return accepted_ms_; }
  int64_t accepted_us() const { return accepted_us_; }  // wall clock
  Stream* stream() { return stream_.get(); }
  uint32_t requests() const { return requests_; }  // begun so far; 0 while the first is being read
  int64_t idle_since_ms() const { return idle_since_ms_; }
  uint32_t listener_index() const;
  bool is_idle() const { return phase_ == Phase::kIdle; }

  // For `show sess` (describe.cc): a name that tells sessions of all workers apart, one line, and
  // all that there is to tell.
  std::string name() const;
  std::string describe() const;
  std::string dump() const;

  // The addresses that count: of the PROXY line when there was one.
  Address client_address() const;
  Address local_address() const;
  bool has_proxied_addresses() const { return proxied_ != nullptr; }

  // Server connections that only this session may use again (`http-reuse never`, NTLM): one for
  // each of the first few servers.
  const ServerConn* own_conn(const Server& server) const;  // nullptr: none, or none that stands
  std::unique_ptr<ServerConn> take_own_conn(const Server& server);
  void keep_own_conn(std::unique_ptr<ServerConn> conn);
  // Where the request before went, for `option prefer-last-server`; nullptr: nowhere, or another
  // backend.
  Server* last_server(const Backend& backend) const;
  void note_last_server(Server* server) { last_server_ = server; }

  // List of the worker's sessions.
  Session* previous = nullptr;
  Session* next = nullptr;

 private:
  enum class Phase : uint8_t { kProxyLine, kStream, kIdle, kLingering, kEnded };
  struct Proxied {
    Address source, destination;
  };
  bool read_proxy_line();
  void begin_stream();
  void stream_done();
  void close_gracefully();
  void discard_input();  // and ends where the client has ended
  void end();

  DataPlane& plane_;
  SessionRegistry& registry_;
  Frontend& frontend_;
  Listener& listener_;
  Conn client_;
  struct Timer : WheelEntry {
    explicit Timer(Session& s) : WheelEntry(on_timer), session(s) {}
    static void on_timer(WheelEntry& entry);
    Session& session;
  } timer_;
  std::unique_ptr<Stream> stream_;
  std::vector<std::unique_ptr<ServerConn>> own_conns_;
  std::unique_ptr<Proxied> proxied_;
  Server* last_server_ = nullptr;
  uint64_t id_;
  int64_t accepted_ms_, accepted_us_;
  int64_t idle_since_ms_;  // the end of the last response
  in6_addr peer_ip_;       // an IPv4 address in its first bytes
  uint16_t peer_port_ = 0;
  uint16_t peer_family_;
  uint32_t requests_ = 0;
  Phase phase_ = Phase::kProxyLine;
  bool running_ = false;
};

}  // namespace hawser
