// SPDX-License-Identifier: MIT
// The client's half: read_head and apply_rules.
#include <algorithm>

#include "base/clock.h"
#include "base/text.h"
#include "proxy/action/action.h"
#include "proxy/http/forwarding.h"
#include "proxy/stream/stream.h"

namespace hawser {

int64_t Stream::request_deadline() const {
  // `timeout http-request` runs from the first byte, or from the accept on a new connection;
  // without one, `timeout client`.
  const Millis limit = fe().timeout(Timeout::kHttpRequest);
  const int64_t from =
      session_->requests() <= 1 ? start_ms_ : start_ms_ + std::max<int64_t>(first_byte_ms_, 0);
  if (limit != kNoTimeout) return from + limit.count();
  return deadline_after(client_active_ms_, fe().timeout(Timeout::kClient));
}

Next Stream::read_head() {
  Conn& conn = client();
  // The rest of the buffer is for what rewriting adds.
  const size_t limit = plane_.buffers.capacity() - plane_.config.global.tune.maxrewrite;
  for (;;) {
    if (conn.input().size() > request_parser_.parsed()) {
      if (first_byte_ms_ < 0) first_byte_ms_ = since_start();
      client_bytes_seen_ = true;
      switch (request_parser_.parse_head(conn.input())) {
        case H1Parser::Status::kDone:
          if (request_parser_.head_size() > limit)
            return refuse_request(431, "request head too large");
          note_request();
          return go(Step::apply_rules);
        case H1Parser::Status::kBad:
          return refuse_request(400, request_parser_.reason());
        case H1Parser::Status::kTooMany:
          return refuse_request(431, "too many header fields");
        case H1Parser::Status::kMore:
          // All of the input belongs to this head, and more of it is to come.
          if (conn.input().size() >= limit) return refuse_request(431, "request head too large");
      }
    }
    if (timed_out()) {
      ending_ = {'c', 'R'};
      if (!client_bytes_seen_ && fe().option(Option::kHttpIgnoreProbes)) return go(Step::finish);
      count_unreadable();
      return reply(408, ending_);
    }
    if (conn.at_eof() || conn.error() != 0) return client_left_before_request();
    if (!conn.readable()) return Next::wait(request_deadline());
    if (conn.input_full()) {
      // The head lies at the end of the buffer, behind requests that were pipelined: it moves, and
      // is parsed anew.
      conn.compact_input();
      request_parser_.start(H1Parser::Kind::kRequest, request_);
      if (conn.input_full()) return refuse_request(431, "request head too large");
    }
    if (conn.receive() > 0) client_active_ms_ = plane_.now_ms();
  }
}

Next Stream::client_left_before_request() {
  ending_ = {'C', 'R'};
  // Nothing came at all: a probe, or the end of a keep-alive connection. Nobody waits for an
  // answer.
  if (!client_bytes_seen_) return go(Step::finish);
  count_unreadable();
  if (client().error() != 0) return go(Step::finish);
  return reply(400, ending_);
}

Next Stream::refuse_request(uint16_t status, std::string_view why) {
  count_unreadable();
  plane_.capture_error({.when_us = realtime_ns() / 1000,
                        .frontend = fe().name,
                        .backend = "",
                        .server = "",
                        .client = session_->client_address().text(),
                        .why = std::string(why),
                        .bytes = std::string(client().input()),
                        .is_request = true,
                        .position = request_parser_.parsed()});
  return reply(status, {'P', 'R'});
}

void Stream::count_request() {
  FrontendCounters& counters = frontend_->counters;
  ++counters.req_tot;
  counters.req_rate.add(plane_.now_ms());
  ++plane_.counters.req_tot;
  plane_.counters.req_rate.add(plane_.now_ms());
}

// Its head, or with `option http-buffer-request` its body.
void Stream::count_unreadable() {
  if (request_ms_ < 0) count_request();
  ++frontend_->counters.req_errors;
  ++plane_.count_listener(session_->listener_index()).req_errors;
}

void Stream::note_request() {
  request_ms_ = since_start();
  client_active_ms_ = plane_.now_ms();
  // Kept until the response begins, so that the request can be sent again.
  upload_.approved = request_parser_.head_size();
  upload_.keep = true;
  count_request();

  // The line as it came, before any rule: the bytes may be gone when the log is written.
  if (frontend_->logs()) {
    const size_t target =
        std::min<size_t>(request_.target.size(), plane_.config.global.tune.http_logurilen);
    logged_request_.assign(request_.method).append(request_.target.substr(0, target));
    logged_request_ += request_.minor == 0 ? "HTTP/1.0" : "HTTP/1.1";
    logged_method_ = request_.method.size();
    logged_target_ = target;
  }
  if (fe().option(Option::kHttpUseProxyHeader)) use_proxy_connection(request_);
  const bool wants_keep = request_.minor >= 1 ? !request_.says_close : request_.says_keep_alive;
  keep_client_ = wants_keep && fe().http_conn_mode != HttpConnMode::kClose && !plane_.draining &&
                 request_.body != BodyKind::kUntilClose;
}

bool Stream::choose_backend() {
  backend_ = frontend_->default_backend;
  if (backend_ == nullptr) return false;
  BackendCounters& counters = backend_->counters;
  ++counters.sess_tot;
  counters.sess_rate.add(plane_.now_ms());
  if (is_http()) ++counters.req_tot;
  plane_.enter_backend(*backend_);
  backend_counted_ = true;
  return true;
}

// The first rule that answers ends the request.
std::optional<Next> Stream::run_request_rules(const ProxyConfig& proxy) {
  for (const auto& rule : proxy.http_request_rules) {
    const auto& action = static_cast<const HttpAction&>(*rule);
    if (!action.answers(request_)) continue;
    FrontendCounters& counters = frontend_->counters;
    if (action.denies()) {
      ++counters.req_denied;
      ++plane_.count_listener(session_->listener_index()).req_denied;
      if (backend_ != nullptr) ++backend_->counters.req_denied;
    } else {
      ++counters.intercepted;
    }
    const Ending why = action.denies() ? Ending{'P', 'R'} : Ending{'L', 'R'};
    return action.uses_error_page() ? reply(action.status(), why) : reply(action.reply(), why);
  }
  return std::nullopt;
}

Next Stream::apply_rules() {
  if (is_http()) {
    if (!fe().monitor_uri.empty() && request_.path_and_query() == fe().monitor_uri) {
      ++frontend_->counters.intercepted;
      logged_ = true;  // monitoring never reaches the log
      return reply(standard_reply(200), {'L', 'R'});
    }
    if (const auto answered = run_request_rules(fe())) return *answered;
  }
  if (!choose_backend()) return reply(503, {'S', 'C'});
  attempts_left_ = be().retries;
  if (!is_http()) return go(Step::pick_server);
  if (&be() != &fe()) {
    if (const auto answered = run_request_rules(be())) return *answered;
  }
  const bool buffers =
      be().option(Option::kHttpBufferRequest) || fe().option(Option::kHttpBufferRequest);
  return go(buffers ? Step::buffer_request : Step::edit_request);
}

// Waits until the body is there, or the buffer is full, so that a slow client does not hold a
// server.
Next Stream::buffer_request() {
  Conn& conn = client();
  for (;;) {
    upload_.approved += request_parser_.pass_body(conn.input().substr(upload_.approved));
    if (request_parser_.bad()) return refuse_request(400, request_parser_.reason());
    const bool whole = request_parser_.body_done();
    if (request_.expects_continue) {
      // The client waits to be told that its body is wanted (RFC 9110, section 10.1.1): by us, as
      // the server will not see the request before.
      request_.expects_continue = false;
      request_.drop(HeaderId::kExpect);
      if (request_.minor >= 1 && !whole)
        conn.write(std::string_view("HTTP/1.1 100 Continue\r\n\r\n"));
    }
    conn.flush();  // a failure is seen below
    if (whole || conn.input_full()) break;
    if (timed_out()) {
      count_unreadable();
      return reply(408, {'c', 'R'});
    }
    if (conn.at_eof() || conn.error() != 0) {
      count_unreadable();
      count_abort(true);
      ending_ = {'C', 'R'};
      return conn.error() != 0 ? go(Step::finish) : reply(400, ending_);
    }
    if (!conn.readable()) return Next::wait(request_deadline());
    if (conn.receive() > 0) client_active_ms_ = plane_.now_ms();
  }
  return go(Step::edit_request);
}

// What the server must see differently; the connection fields are per hop (RFC 9110,
// section 7.6.1).
Next Stream::edit_request() {
  drop_hop_fields(request_);
  add_forwarding_fields(fe(), be(), *session_, request_);
  const bool closes = be().http_conn_mode != HttpConnMode::kKeepAlive ||
                      fe().http_conn_mode != HttpConnMode::kKeepAlive;
  want_server_kept_ = !closes;
  if (request_.says_upgrade) {
    request_.add("Connection", "Upgrade");
  } else if (closes && !be().option(Option::kHttpPretendKeepalive)) {
    request_.add("Connection", "close");
  } else if (request_.minor == 0) {
    request_.add("Connection", "keep-alive");
  }
  return go(Step::pick_server);
}

}  // namespace hawser
