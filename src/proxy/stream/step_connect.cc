// SPDX-License-Identifier: MIT
// A connection to the server that was chosen, and the request on it: connect and send_head, and
// what happens when an attempt fails.
#include <algorithm>

#include "base/clock.h"
#include "proxy/http/h1_writer.h"
#include "proxy/net/connect.h"
#include "proxy/net/proxy_line.h"
#include "proxy/stream/stream.h"
#include "shm/server_state.h"

namespace hawser {
namespace {

// HAProxy waits this long before it tries the same server again: long enough for a restart of the
// server's program.
constexpr int64_t kTurnAroundMs = 1000;

// A server may also be reached over a connection that stands already; these say for whom
// (section 4.2, http-reuse).
uint32_t requests_needed(HttpReuse mode, bool first_request) {
  return mode == HttpReuse::kAggressive && first_request ? 2 : 0;
}

}  // namespace

Next Stream::start_connect(ConnectHow how) {
  tried_.add(server_->position);
  logged_server_ = server_;
  if (!std::exchange(repeats_unseen_, false)) plane_.note_assigned(*server_);
  // `redir`: the client is sent to the server itself.
  const std::string& prefix = server_->config.redir;
  if (!prefix.empty() && is_http() && (request_.method == "GET" || request_.is_head())) {
    const std::string location = prefix + std::string(request_.path_and_query());
    return reply(redirect_reply(302, location), {'L', 'C'});
  }
  if (auto idle = how == ConnectHow::kAny ? take_idle() : nullptr; idle != nullptr) {
    idle->conn.set_owner(this);
    idle->reused = true;
    server_conn_ = std::move(idle);
    connect_ms_ = since_start();
    ++server_->counters.reuses;
    ++backend_->counters.reuses;
    return go(Step::send_head);
  }
  ++server_->counters.connects;
  ++backend_->counters.connects;
  const uint64_t turn = id_ * plane_.shared.workers() + plane_.worker;
  auto opened =
      open_server_connection(plane_.config, be(), server_->config, *session_, request_, turn);
  if (!opened) {
    connect_error_ = opened.error().code;
    return connect_failed();
  }
  server_conn_ = std::make_unique<ServerConn>(plane_, *server_, std::move(*opened), this);
  if (!server_conn_->conn.is_open()) {
    connect_error_ = server_conn_->conn.error();
    return connect_failed();
  }
  server_conn_->conn.set_connecting();
  deadline_ms_ = connect_deadline();
  return go(Step::connect);
}

// Which idle connection this request may use: one of its session's own, or one of the pool.
std::unique_ptr<ServerConn> Stream::take_idle() {
  if (!is_http() || request_.says_upgrade) return nullptr;
  if (auto own = session_->take_own_conn(*server_); own != nullptr) return own;
  const bool first = session_->requests() <= 1;
  const HttpReuse mode = be().http_reuse;
  if (server_->sharing != ConnSharing::kAnyone || (mode == HttpReuse::kSafe && first))
    return nullptr;
  return server_->idle.take(requests_needed(mode, first));
}

int64_t Stream::connect_deadline() const { return timeout_from_now(Timeout::kConnect); }

Next Stream::connect() {
  if (turn_around_) {
    if (timed_out()) {
      turn_around_ = false;
      return start_connect();
    }
    return wait_before_request();
  }
  Conn& conn = server_conn_->conn;
  if (conn.connecting() && conn.writable()) {
    connect_error_ = conn.finish_connect();
    if (connect_error_ != 0) return connect_failed();
    connect_ms_ = since_start();
    server_active_ms_ = plane_.now_ms();
    return go(Step::send_head);
  }
  if (timed_out()) {
    connect_error_ = ETIMEDOUT;
    return connect_failed();
  }
  return wait_before_request();
}

// For a server that has not got the request yet, unless nobody wants that any more.
Next Stream::wait_before_request() {
  if (client_left()) return client_aborted('C');
  if (request_is_cut()) return refuse_cut_request('C');
  return Next::wait(deadline_ms_);
}

// The client does not wait for what the server would say.
bool Stream::client_left() {
  const Conn& conn = client();
  return conn.error() != 0 || conn.reset_seen() ||
         (conn.hangup_seen() && be().option(Option::kAbortonclose));
}

// It has ended in the middle of its request, which no server can answer.
bool Stream::request_is_cut() {
  Conn& conn = client();
  if (!is_http() || !conn.hangup_seen() || request_parser_.body_done()) return false;
  while (conn.readable() && !conn.input_full()) conn.receive();
  upload_.approved += request_parser_.pass_body(conn.input().substr(upload_.approved));
  return conn.at_eof() && !request_parser_.body_done() && !request_parser_.bad();
}

Next Stream::refuse_cut_request(char phase) {
  count_abort(true);
  return reply(400, {'C', phase});
}

Next Stream::client_aborted(char phase) {
  ending_ = {'C', phase};
  keep_client_ = false;                 // also where it has sent another request before it ended
  if (phase != 'C') count_abort(true);  // nothing was being transferred yet
  return go(Step::finish);
}

void Stream::drop_server_conn() { server_conn_.reset(); }

Next Stream::connect_failed() {
  drop_server_conn();
  if (attempts_left_ > 0 && retries_on(RetryOn::kConnFailure)) return retry(RetryAfter::kRefusal);
  ++server_->counters.conn_errors;
  ++backend_->counters.conn_errors;
  return reply(503, {connect_error_ == ETIMEDOUT ? 's' : 'S', 'C'});
}

bool Stream::retries_on(RetryOn event) const {
  const RetryPolicy& policy = be().retry_on;
  if (policy.disabled) return false;
  // In mode tcp a failed connect is all that can be retried, whatever a line for mode http lists.
  return !is_http() || policy.events[static_cast<size_t>(event)];
}

// Does this retry go to another server?
bool Stream::goes_elsewhere() const {
  if (backend_->servers.size() < 2) return false;
  if (!is_usable(health_of(plane_.shared.server_state(server_->slot)))) return true;
  const int after = be().redispatch;
  if (after == 0) return false;
  // Where neither a cookie nor a key named this one, any other is as good, at once.
  const bool named = cookie_.server != kNoIndex || be().balance.algo->key != KeySource::kNothing;
  if (!named && plane_.has_other_server(*server_)) return true;
  return after > 0 ? retries_ % static_cast<uint32_t>(after) == 0
                   : attempts_left_ + 1 <= static_cast<uint32_t>(-after);
}

// Another attempt: on another server where `option redispatch` says so, otherwise on the same one;
// after a pause where it may be about to start.
Next Stream::retry(RetryAfter failure) {
  --attempts_left_;
  ++retries_;
  rewind_upload();
  if (goes_elsewhere()) {
    redispatched_ = true;
    ++server_->counters.redispatches;
    ++backend_->counters.redispatches;
    give_up_cookie();
    repeats_unseen_ = false;  // it is the next server's first
    release_server();
    return go(Step::pick_server);
  }
  ++server_->counters.retries;
  ++backend_->counters.retries;
  if (failure == RetryAfter::kResponse) return start_connect();
  turn_around_ = true;
  const Millis limit = be().timeout(Timeout::kConnect);
  const int64_t pause =
      limit == kNoTimeout ? kTurnAroundMs : std::min(kTurnAroundMs, limit.count());
  deadline_ms_ = plane_.now_ms() + pause;
  return go(Step::connect);
}

Next Stream::send_head() {
  ServerConn& to = *server_conn_;
  Pieces pieces;
  std::string proxy_line;
  if (to.requests == 0 && server_->config.set.send_proxy != ProxyProtocol::kNone) {
    proxy_line = make_proxy_header(server_->config.set.send_proxy, session_->client_address(),
                                   session_->local_address());
    pieces.add(proxy_line);
  }
  if (is_http()) {
    write_head(request_, pieces);
    const std::string_view input = client().input();
    upload_.approved += request_parser_.pass_body(input.substr(upload_.approved));
    if (request_parser_.bad()) return refuse_request(400, request_parser_.reason());
    const size_t head = request_parser_.head_size();
    pieces.add(input.substr(head, upload_.approved - head));
    if (upload_.approved != head) request_.expects_continue = false;  // it did not wait
    upload_.sent = upload_.approved;
    response_parser_.start(H1Parser::Kind::kResponse, response_);
  }
  to.sent_before = to.conn.sent();
  ++to.requests;
  if (!pieces.empty() && !to.conn.write(pieces.span())) {
    // The server may have answered before it closed: forward() reads first.
    upload_.done = upload_.cut = is_http();
  }
  server_active_ms_ = plane_.now_ms();
  log_if_due(LogStage::kConnect);
  return go(Step::forward);
}

}  // namespace hawser
