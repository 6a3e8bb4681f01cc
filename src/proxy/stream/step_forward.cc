// SPDX-License-Identifier: MIT
// The exchange: the request goes to the server, the response comes back. step_response.cc reads its
// head, tunnel.cc passes raw bytes on, deadline.cc says how long all that may take, and pump.cc
// moves the bytes.
#include "proxy/stream/stream.h"

namespace hawser {

Next Stream::forward() {
  if (timed_out()) return transfer_timed_out();
  return is_http() && !tunnel_ ? forward_http() : forward_tcp();
}

Next Stream::forward_http() {
  // What the client has not taken yet of a response that went out with its head.
  if (download_.done && client().has_output()) {
    const uint64_t before = client().sent();
    if (!client().flush()) return client_aborted(response_phase());
    if (client().sent() != before) client_active_ms_ = plane_.now_ms();
  }
  if (!upload_.done) {
    if (const auto stopped = forward_request()) return *stopped;
  }
  if (!response_head_done_) {
    if (const auto stopped = read_response()) return *stopped;
  }
  if (response_head_done_ && tunnel_) return forward_tcp();
  if (response_head_done_ && !download_.done) {
    if (const auto stopped = forward_response()) return *stopped;
  }
  if (download_.done && !client().has_output() && !rest_is_wanted()) return go(Step::finish);
  if (client_is_gone())
    return client_aborted(response_head_done_ ? response_phase() : upload_.done ? 'H' : 'D');
  return Next::wait(transfer_deadline());
}

std::optional<Next> Stream::forward_request() {
  Conn& from = client();
  Conn& to = server_conn_->conn;
  const uint64_t before = from.received(), sent = to.sent();
  switch (pump(from, to, upload_, &request_parser_)) {
    case Pump::kDone:
    case Pump::kBlocked:
    case Pump::kYield:
      break;
    case Pump::kTargetGone:
      // The server may have answered before it stopped reading; read_response() finds out.
      upload_.done = upload_.cut = true;
      if (response_head_done_) keep_client_ = false;
      break;
    case Pump::kBadSource:
      if (response_head_done_) return client_aborted('D');
      return refuse_request(400, request_parser_.reason());
    case Pump::kSourceGone:
      return from.error() == 0 && !response_head_done_ ? refuse_cut_request('D')
                                                       : client_aborted('D');
  }
  if (from.received() != before) client_active_ms_ = plane_.now_ms();
  if (to.sent() != sent) {
    server_active_ms_ = plane_.now_ms();
    request_.expects_continue = false;  // it did not wait
  }
  return std::nullopt;
}

std::optional<Next> Stream::forward_response() {
  Conn& from = server_conn_->conn;
  Conn& to = client();
  const uint64_t received = from.received(), sent = to.sent();
  const Pump result =
      dechunk_ ? pump_payload(from, to) : pump(from, to, download_, &response_parser_);
  if (from.received() != received) server_active_ms_ = plane_.now_ms();
  if (to.sent() != sent) client_active_ms_ = plane_.now_ms();
  switch (result) {
    case Pump::kDone:
    case Pump::kBlocked:
    case Pump::kYield:
      return std::nullopt;
    case Pump::kTargetGone:
      return client_aborted(response_phase());
    case Pump::kSourceGone:
      count_abort(false);
      return response_failed({'S', 'D'}, RetryOn::kEmptyResponse, 502);
    case Pump::kBadSource:
      return refuse_response('D', response_parser_.reason());
  }
  HW_UNREACHABLE();
}

// Its server has answered before it had the whole request, and goes on reading.
bool Stream::rest_is_wanted() const {
  return answered_early_ && !upload_.done && !server_conn_->conn.hangup_seen();
}

// Nobody is left to read the answer; the server need not go on.
bool Stream::client_is_gone() const {
  const Conn& conn = session_->client();
  if (conn.reset_seen()) return true;
  return conn.hangup_seen() && upload_.done && !download_.done &&
         be().option(Option::kAbortonclose);
}

// 'L': the server has said all, and the client has not taken it yet.
char Stream::response_phase() const {
  return response_parser_.body_done() && !rest_is_wanted() ? 'L' : 'D';
}

void Stream::count_abort(bool by_client) {
  if (backend_ == nullptr) return;
  ++(by_client ? backend_->counters.client_aborts : backend_->counters.server_aborts);
  if (logged_server_ == nullptr) return;
  ServerCounters& counters = logged_server_->counters;
  ++(by_client ? counters.client_aborts : counters.server_aborts);
}

bool Stream::server_may_be_kept() const {
  return server_conn_ != nullptr && is_http() && !tunnel_ && want_server_kept_ &&
         ending_.cause == '-' && response_head_done_ && download_.done &&
         request_parser_.body_done() && upload_.done && !upload_.cut &&
         !server_conn_->conn.has_input() && !server_conn_->conn.has_output() &&
         server_conn_->conn.error() == 0 && !server_conn_->conn.hangup_seen();
}

}  // namespace hawser
