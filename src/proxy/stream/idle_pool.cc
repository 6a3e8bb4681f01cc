// SPDX-License-Identifier: MIT
#include "proxy/stream/idle_pool.h"

#include <algorithm>
#include <utility>

#include "proxy/runtime.h"
#include "proxy/stream/session.h"
#include "shm/server_state.h"

namespace hawser {

ServerConn::ServerConn(DataPlane& plane, Server& to, Fd fd, ConnOwner* owner)
    : conn(plane.loop, plane.buffers, std::move(fd), owner, Rank::kEarly),
      server(to),
      plane_(plane) {}

ServerConn::~ServerConn() { HW_ASSERT(pool_ == nullptr); }

const Address& ServerConn::source_address() {
  if (source_ == nullptr) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    ::getsockname(conn.fd(), reinterpret_cast<sockaddr*>(&storage), &length);
    source_ = std::make_unique<Address>(
        Address::from_sockaddr(reinterpret_cast<sockaddr*>(&storage), length));
  }
  return *source_;
}

void ServerConn::on_conn(Conn&) {
  // An edge may be about bytes that were read since it was noted, or about room to send: then
  // nothing is to be had, and nothing is wrong.
  const auto reads_nothing = [this] {
    return !conn.readable() || (conn.receive() == 0 && !conn.has_ended());
  };
  if (!conn.hangup_seen() && !conn.has_input() && reads_nothing()) return;
  conn.close();
  // The object is in the middle of its own event: it dies at the end of the turn.
  if (pool_ != nullptr) plane_.loop.bury(pool_->remove(*this));
}

IdlePool::~IdlePool() {
  while (newest_ != nullptr) remove(*newest_);
}

std::unique_ptr<ServerConn> IdlePool::remove(ServerConn& conn) {
  (conn.previous_ != nullptr ? conn.previous_->next_ : newest_) = conn.next_;
  (conn.next_ != nullptr ? conn.next_->previous_ : oldest_) = conn.previous_;
  conn.previous_ = conn.next_ = nullptr;
  conn.pool_ = nullptr;
  --size_;
  conn.plane_.note_idle(conn.server, -1, conn.is_safe());
  return std::unique_ptr<ServerConn>(&conn);
}

std::unique_ptr<ServerConn> IdlePool::take(uint32_t min_requests) {
  for (ServerConn* conn = newest_; conn != nullptr; conn = conn->next_) {
    if (conn->requests >= min_requests && conn->is_quiet()) return remove(*conn);
  }
  return nullptr;
}

void IdlePool::put(std::unique_ptr<ServerConn> owned, int64_t now_ms) {
  ServerConn* conn = owned.release();
  conn->conn.set_owner(conn);
  conn->pool_ = this;
  conn->idle_since_ms_ = now_ms;
  conn->next_ = std::exchange(newest_, conn);
  (conn->next_ != nullptr ? conn->next_->previous_ : oldest_) = conn;
  ++size_;
  conn->plane_.note_idle(conn->server, 1, conn->is_safe());
}

void IdlePool::purge(int64_t since_ms, uint32_t limit, uint32_t keep) {
  while (limit-- > 0 && size_ > keep && oldest_->idle_since_ms_ <= since_ms) remove(*oldest_);
}

void DataPlane::keep_server_conn(std::unique_ptr<ServerConn> conn, Session& session) {
  Server& server = conn->server;
  const ServerSettings& set = server.config.set;
  if (set.max_reuse >= 0 && conn->requests > static_cast<uint32_t>(set.max_reuse)) return;
  const HealthWord health = health_of(shared.server_state(server.slot));
  if (!is_usable(health)) return;
  conn->reused = false;
  if (server.sharing == ConnSharing::kNobody) return;
  if (conn->bound || server.sharing == ConnSharing::kSameClient) {
    conn->conn.set_owner(conn.get());
    session.keep_own_conn(std::move(conn));
    return;
  }
  const ServerLoad& load = shared.server_load(server.slot);
  const uint32_t idle = load.idle.load(std::memory_order_relaxed);
  // As many as requests needed at a time lately, this one included. Where few may be used again
  // (`http-reuse safe` and clients of one request each), they would pile up otherwise.
  const uint32_t served = load.served.load(std::memory_order_relaxed);
  const uint32_t needed = std::max(served, load.needed.load(std::memory_order_relaxed));
  if (idle + served > needed + set.pool_low_conn) return;
  if (set.pool_max_conn >= 0 && idle >= static_cast<uint32_t>(set.pool_max_conn)) return;
  if (set.pool_purge_delay.count() == 0) return;
  server.idle.put(std::move(conn), now_ms());
}

void DataPlane::purge_idle_conns() {
  for (const auto& backend : backends) {
    if (backend == nullptr) continue;
    for (const auto& server : backend->servers) {
      const ServerSettings& set = server->config.set;
      if (server->idle.size() == 0) continue;
      if (!is_usable(health_of(shared.server_state(server->slot)))) {
        server->idle.purge(INT64_MAX, UINT32_MAX, 0);
      } else {
        // Half of what nobody needed for that long goes at a time, so that a pause does not empty
        // the pool.
        server->idle.purge(now_ms() - set.pool_purge_delay.count(), (server->idle.size() + 1) / 2,
                           set.pool_low_conn);
      }
    }
  }
}

}  // namespace hawser
