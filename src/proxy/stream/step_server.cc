// SPDX-License-Identifier: MIT
// The choice of a server, and the wait for room on it: pick_server and wait_in_queue.
#include "base/clock.h"
#include "proxy/balance/key.h"
#include "proxy/stream/request_key.h"
#include "proxy/stream/stream.h"
#include "shm/server_state.h"

namespace hawser {

Next Stream::pick_server() {
  if (needs_first_bytes()) return Next::wait(timeout_from_now(Timeout::kClient));
  plane_.notice_server_changes(*backend_);
  if (is_http() && uses_cookie() && retries_ == 0 && tried_.empty()) {
    cookie_ =
        read_persistence(be(), backend_->server_cookies, request_, realtime_ns() / 1'000'000'000);
  }
  if (Server* server = persistent_server(); server != nullptr && !tried_.has(server->position)) {
    if (!may_skip_queue(*server)) return enqueue(server);
    if (!reserve(*server)) return enqueue(server);
    server_ = server;
    return start_connect();
  }
  if (Server* last = session_->last_server(*backend_);
      last != nullptr && prefers_last_server(*last)) {
    if (reserve(*last)) {
      server_ = last;
      return start_connect();
    }
  }
  const uint64_t key = request_key(*backend_, *session_, request_, client().input(),
                                   is_http() ? request_parser_.head_size() : 0);
  ServerSet avoid = tried_;
  // Others may take the last slot between the pick and the reservation; three losses in a row mean
  // a full backend.
  for (int attempt = 0; attempt < 3; ++attempt) {
    const uint32_t position = backend_->balancer->pick(backend_->view, key, avoid);
    if (position == kNoIndex) break;
    Server& server = *backend_->servers[position];
    if (may_skip_queue(server) && reserve(server)) {
      server_ = &server;
      count_choice(server);
      return start_connect();
    }
    // A key means this server and no other.
    if (key != kNoKey) {
      const Next next = enqueue(&server);
      if (next.step() == Step::wait_in_queue) count_choice(server);
      return next;
    }
    avoid.add(position);
  }
  if (plane_.has_usable_server(*backend_)) return enqueue(nullptr);
  ++backend_->counters.conn_errors;
  return reply(503, {'S', 'C'});
}

// `balance rdp-cookie` looks at the client's first bytes: they must be there before a server is
// chosen.
bool Stream::needs_first_bytes() {
  Conn& conn = client();
  if (is_http() || be().balance.algo->key != KeySource::kRdpCookie) return false;
  while (!conn.has_input() && conn.readable()) conn.receive();
  return !conn.has_input() && !conn.has_ended() && !timed_out();
}

Server* Stream::persistent_server() {
  if (cookie_.server == kNoIndex) return nullptr;
  Server& server = *backend_->servers[cookie_.server];
  const HealthWord health = health_of(plane_.shared.server_state(server.slot));
  if (is_usable(health)) return &server;
  cookie_.client = 'D';
  if (be().option(Option::kPersist)) return &server;
  give_up_cookie();
  return nullptr;
}

// The server that the cookie names can't be had.
void Stream::give_up_cookie() {
  if (cookie_.server == kNoIndex) return;
  cookie_.server = kNoIndex;
  cookie_.client = 'D';
}

// By the algorithm, and not by what the client brought.
void Stream::count_choice(const Server& server) {
  ++server.counters.lb_tot;
  ++backend_->counters.lb_tot;
}

// While there is a connection to it that this request may go on. A key says where a request
// belongs, whatever came before.
bool Stream::prefers_last_server(const Server& last) const {
  if (!tried_.empty() || be().balance.algo->key != KeySource::kNothing) return false;
  const ServerConn* own = session_->own_conn(last);
  const bool logged_in = own != nullptr && own->bound;
  const bool stands = own != nullptr || last.idle.size() != 0;
  if (!logged_in && !(stands && be().option(Option::kPreferLastServer))) return false;
  // `max-keep-alive-queue`: with more than that waiting for it, a server is not worth a kept
  // connection.
  const uint32_t queued =
      plane_.shared.server_load(last.slot).queued.load(std::memory_order_relaxed);
  if (be().max_keep_alive_queue_set && queued > be().max_keep_alive_queue) return false;
  return is_usable(health_of(plane_.shared.server_state(last.slot)));
}

// First come, first served: nobody overtakes those who wait for this server, or for any.
bool Stream::may_skip_queue(const Server& server) const {
  if (server.config.set.maxconn == 0) return true;
  return plane_.shared.server_load(server.slot).queued.load(std::memory_order_relaxed) == 0 &&
         plane_.shared.proxy_load(be().index).queued.load(std::memory_order_relaxed) == 0;
}

bool Stream::reserve(Server& server) {
  if (!plane_.reserve(server)) return false;
  queue_ms_ = since_start();
  return true;
}

void Stream::release_server() {
  if (server_ == nullptr) return;
  Server& server = *std::exchange(server_, nullptr);
  plane_.release(server);
}

Next Stream::enqueue(Server* server) {
  const uint32_t limit = server != nullptr ? server->config.set.maxqueue : 0;
  const std::atomic<uint32_t>& queued = server != nullptr
                                            ? plane_.shared.server_load(server->slot).queued
                                            : plane_.shared.proxy_load(be().index).queued;
  const uint32_t ahead = queued.load(std::memory_order_relaxed);
  if (limit != 0 && ahead >= limit) {
    // The queue of the wanted server is full: another server is better than none.
    tried_.add(server->position);
    give_up_cookie();
    return go(Step::pick_server);
  }
  (server != nullptr ? server_queue_place_ : backend_queue_place_) = ahead + 1;
  logged_server_ = server;
  plane_.join_queue(*backend_, server, waiting_);
  // A slot may have become free in the meantime.
  server != nullptr ? plane_.serve_queue(*server) : plane_.serve_queues(*backend_);
  deadline_ms_ = timeout_from_now(be().timeout(Timeout::kQueue) != kNoTimeout ? Timeout::kQueue
                                                                              : Timeout::kConnect);
  return go(Step::wait_in_queue);
}

Next Stream::wait_in_queue() {
  if (waiting_.granted != nullptr) {
    server_ = std::exchange(waiting_.granted, nullptr);
    queue_ms_ = since_start();
    return start_connect();
  }
  if (!waiting_.waits()) {
    // Its server went down. Never that one again, nor what named it: it could come up, fill, and go
    // down in turns.
    tried_.add(waiting_.server->position);
    give_up_cookie();
    return go(Step::pick_server);
  }
  const bool gone = client_left(), cut = !gone && request_is_cut();
  if (!gone && !cut && !timed_out()) return Next::wait(deadline_ms_);
  leave_queue();
  queue_ms_ = since_start();
  if (gone) {
    ending_ = {'C', 'Q'};
    return go(Step::finish);
  }
  if (cut) return refuse_cut_request('Q');
  if (logged_server_ != nullptr) ++logged_server_->counters.conn_errors;
  ++backend_->counters.conn_errors;
  return reply(503, {'s', 'Q'});
}

void Stream::leave_queue() {
  if (waiting_.waits()) plane_.abandon_queue(waiting_);
  if (waiting_.granted != nullptr) plane_.release(*std::exchange(waiting_.granted, nullptr));
}

}  // namespace hawser
