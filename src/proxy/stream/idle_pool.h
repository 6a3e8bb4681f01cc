// SPDX-License-Identifier: MIT
// Connections to servers: one at work belongs to a stream, an idle one to the pool of its server in
// this worker.
#pragma once

#include <cstdint>
#include <memory>

#include "base/address.h"
#include "proxy/net/conn.h"

namespace hawser {

struct Server;
class IdlePool;
class DataPlane;

// Idle, it watches itself: whatever arrives on it (a close, or bytes that nobody asked for) ends
// it.
class ServerConn final : public ConnOwner {
 public:
  ServerConn(DataPlane& plane, Server& server, Fd fd, ConnOwner* owner);
  ~ServerConn();

  Conn conn;
  Server& server;
  uint32_t requests = 0;     // sent on it so far
  bool reused = false;       // taken from the pool for the present request
  bool bound = false;        // to its client, whom the server knows by this connection
  uint64_t sent_before = 0;  // bytes sent on it before the present request

  // Its server has served another request after the first: it is not one that closes in silence.
  bool is_safe() const { return requests >= 2; }
  // Nothing has come on it that would end it when its turn is there.
  bool is_quiet() const { return !conn.has_input() && !conn.has_ended() && !conn.hangup_seen(); }

  // Our side of the connection, for the log; looked up once.
  const Address& source_address();

  void on_conn(Conn&) override;

 private:
  friend class IdlePool;
  DataPlane& plane_;
  std::unique_ptr<Address> source_;
  IdlePool* pool_ = nullptr;  // where it is idle
  ServerConn* previous_ = nullptr;
  ServerConn* next_ = nullptr;
  int64_t idle_since_ms_ = 0;
};

class IdlePool {
 public:
  IdlePool() = default;
  ~IdlePool();
  IdlePool(const IdlePool&) = delete;
  IdlePool& operator=(const IdlePool&) = delete;

  // The connection that was used last, of those that have carried `min_requests` already. nullptr:
  // none. It may be closed by the server at this moment: a failure before the first byte of the
  // response is to be retried.
  std::unique_ptr<ServerConn> take(uint32_t min_requests);
  void put(std::unique_ptr<ServerConn> conn, int64_t now_ms);
  std::unique_ptr<ServerConn> remove(ServerConn& conn);
  // Closes the oldest connections that have been idle since before `since_ms`, at most `limit`, but
  // leaves `keep`.
  void purge(int64_t since_ms, uint32_t limit, uint32_t keep);
  uint32_t size() const { return size_; }

 private:
  ServerConn* newest_ = nullptr;
  ServerConn* oldest_ = nullptr;
  uint32_t size_ = 0;
};

}  // namespace hawser
