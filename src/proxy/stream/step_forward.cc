// SPDX-License-Identifier: MIT
// The exchange: the request goes to the server, the response's head and body come back; or raw
// bytes go both ways. pump.cc moves the bytes.
#include <algorithm>

#include "base/clock.h"
#include "proxy/http/forwarding.h"
#include "proxy/http/h1_writer.h"
#include "proxy/stream/retry.h"
#include "proxy/stream/stream.h"

namespace hawser {
namespace {

int64_t after(int64_t since_ms, Millis limit) {
  return limit == kNoTimeout ? kNoDeadline : since_ms + limit.count();
}

}  // namespace

Next Stream::forward() {
  if (timed_out()) return transfer_timed_out();
  return is_http() && !tunnel_ ? forward_http() : forward_tcp();
}

// Raw bytes both ways; the end of one direction is passed on and the other goes on (half-close).
Next Stream::forward_tcp() {
  Conn& from = client();
  Conn& to = server_conn_->conn;
  const uint64_t before_client = from.received() + from.sent();
  const uint64_t before_server = to.received() + to.sent();
  for (Flow* flow : {&upload_, &download_}) {
    const bool up = flow == &upload_;
    Conn& source = up ? from : to;
    Conn& target = up ? to : from;
    if (flow->done) {
      if (!flow->cut && source.was_reset()) return tunnel_broken(up, source, target);
      continue;
    }
    const Pump result = pump(source, target, *flow, nullptr);
    if (result == Pump::kDone) {
      client_active_ms_ = server_active_ms_ = plane_.now_ms();  // its end is news to both
      if (!(upload_.done && download_.done))
        target.shutdown_write();  // otherwise both are closed at once
      if (ending_.cause == '-') ending_ = {up ? 'C' : '-', up ? 'D' : '-'};
    } else if (result == Pump::kTargetGone && up && !download_.done) {
      upload_.done = upload_.cut = true;  // what the server said before is still to be passed on
    } else if (result == Pump::kSourceGone || result == Pump::kTargetGone) {
      return tunnel_broken((result == Pump::kSourceGone) == up, source, target);
    }
  }
  const int64_t now = plane_.now_ms();
  if (from.received() + from.sent() != before_client) client_active_ms_ = now;
  if (to.received() + to.sent() != before_server) server_active_ms_ = now;
  if (!be().option(Option::kIndependentStreams))
    client_active_ms_ = server_active_ms_ = std::max(client_active_ms_, server_active_ms_);
  if (upload_.done && download_.done) {
    ending_ = {};
    return go(Step::finish);
  }
  return Next::wait(transfer_deadline());
}

// One side reset the connection: the other side learns it the same way.
Next Stream::tunnel_broken(bool by_client, Conn& source, Conn& target) {
  ending_ = {by_client ? 'C' : 'S', 'D'};
  count_abort(by_client);
  if (!by_client) count_bad_response();
  Conn& other = by_client ? server_conn_->conn : client();
  // A reset would destroy what the other side has not acknowledged yet.
  const bool delivered = !upload_.cut || other.all_acknowledged();
  if (delivered && (source.error() == ECONNRESET || target.error() == ECONNRESET))
    other.close_with_reset();
  return go(Step::finish);
}

void Stream::count_abort(bool by_client) {
  if (backend_ == nullptr) return;
  ++(by_client ? plane_.count(*backend_).client_aborts : plane_.count(*backend_).server_aborts);
  if (logged_server_ == nullptr) return;
  ServerCounters& counters = plane_.count(*logged_server_);
  ++(by_client ? counters.client_aborts : counters.server_aborts);
}

void Stream::count_bad_response() {
  ++plane_.count(*backend_).resp_errors;
  ++plane_.count(*server_).resp_errors;
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
  if (download_.done && !client().has_output()) return go(Step::finish);
  if (client_is_gone())
    return client_aborted(response_head_done_ ? response_phase() : upload_.done ? 'H' : 'D');
  return Next::wait(transfer_deadline());
}

// Nobody is left to read the answer; the server need not go on.
bool Stream::client_is_gone() const {
  const Conn& conn = session_->client();
  if (conn.reset_seen()) return true;
  return conn.hangup_seen() && upload_.done && !download_.done &&
         be().option(Option::kAbortonclose);
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
  if (to.sent() != sent) server_active_ms_ = plane_.now_ms();
  return std::nullopt;
}

std::optional<Next> Stream::read_response() {
  Conn& conn = server_conn_->conn;
  for (;;) {
    // Interim responses pile up for nobody: the next one is read when the client took the last.
    if (client().has_output()) {
      if (!client().flush()) return client_aborted('H');
      if (client().has_output()) return std::nullopt;
    }
    if (conn.input().size() > response_parser_.parsed()) {
      response_started_ = true;
      switch (response_parser_.parse_head(conn.input())) {
        case H1Parser::Status::kDone: {
          const Next next = on_response_head();
          if (next.is_wait()) return std::nullopt;  // the head went out
          if (next.step() != Step::forward) return next;
          continue;  // an interim response: another follows
        }
        case H1Parser::Status::kBad:
          return refuse_response('H', response_parser_.reason());
        case H1Parser::Status::kTooMany:
          return refuse_response('H', "too many header fields");
        case H1Parser::Status::kMore:
          break;
      }
    }
    if (conn.has_ended()) return server_failed_early();
    if (!conn.readable()) return std::nullopt;
    if (conn.input_full()) {
      // The head lies behind interim ones: it moves, and is parsed anew.
      conn.compact_input();
      response_parser_.start(H1Parser::Kind::kResponse, response_);
    }
    if (conn.input_full()) return refuse_response('H', "response head too large");
    if (conn.receive() > 0) server_active_ms_ = plane_.now_ms();
  }
}

// The server closed before a whole response head. On a connection that was reused this is a race
// that it may lose at any time, and the request goes out again on a new one, unseen by the client
// and the counters.
Next Stream::server_failed_early() {
  Conn& conn = server_conn_->conn;
  const bool nothing_came = !response_started_;
  if (server_conn_->reused && nothing_came && upload_.keep &&
      may_repeat(request_.method, conn.fd(), server_conn_->sent_before)) {
    drop_server_conn();
    rewind_upload();
    repeats_unseen_ = true;
    return start_connect(ConnectHow::kNew);
  }
  if (!conn.has_input() && nothing_came)
    return response_failed({'S', 'H'}, RetryOn::kEmptyResponse, 502);
  return response_failed({'S', 'H'}, RetryOn::kJunkResponse, 502);
}

// Another attempt where `retry-on` allows it and the request is still whole; otherwise the error
// page.
Next Stream::response_failed(Ending why, RetryOn event, uint16_t status) {
  if (response_head_done_) {
    count_bad_response();
    ending_ = why;
    keep_client_ = false;
    return go(Step::finish);
  }
  if (upload_.keep && attempts_left_ > 0 && retries_on(event)) {
    drop_server_conn();
    response_started_ = false;
    return retry();
  }
  count_bad_response();
  return reply(status, why);
}

// What a server may not send: kept for `show errors`, and the end of this attempt.
Next Stream::refuse_response(char phase, std::string_view why) {
  plane_.capture_error({.when_us = realtime_ns() / 1000,
                        .frontend = fe().name,
                        .backend = be().name,
                        .server = server_->config.name,
                        .client = session_->client_address().text(),
                        .why = std::string(why),
                        .bytes = std::string(server_conn_->conn.input()),
                        .is_request = false,
                        .position = response_head_done_ ? 0 : response_parser_.parsed()});
  return response_failed({'P', phase}, RetryOn::kJunkResponse, 502);
}

// Returns wait() when the final head was sent, go(forward) after an interim one, another step when
// something else is to be done.
Next Stream::on_response_head() {
  Conn& from = server_conn_->conn;
  Conn& to = client();
  const uint16_t status = response_.status;
  if (status < 200 && status != 101) {
    // 100, 103: passed on to a client that knows them; the final head follows.
    if (request_.minor >= 1 && !to.write(response_.raw)) return client_aborted('H');
    from.consume(response_parser_.head_size());
    response_parser_.start(H1Parser::Kind::kResponse, response_);
    return go(Step::forward);
  }
  const auto& retried = be().retry_on.statuses;
  if (!retried.empty() && upload_.keep && attempts_left_ > 0 &&
      std::binary_search(retried.begin(), retried.end(), status)) {
    drop_server_conn();
    response_started_ = false;
    return retry();
  }
  // RFC 9110, section 15.2.2
  if (status == 101 && !request_.says_upgrade)
    return refuse_response('H', "101 without a request to upgrade");
  return begin_response();
}

// Sends the final head with what has come of the body.
Next Stream::begin_response() {
  Conn& from = server_conn_->conn;
  Conn& to = client();
  const uint16_t status = response_.status;
  if (request_.is_head()) response_parser_.set_no_body();
  if (status == 101 || (request_.is_connect() && status / 100 == 2)) become_tunnel();
  // An HTTP/1.0 client does not know chunks: it gets the payload alone, ended by the close.
  dechunk_ = !tunnel_ && response_.body == BodyKind::kChunked && request_.minor == 0;
  const std::string_view behind = from.input().substr(response_parser_.head_size());
  std::string payload;
  const size_t body = tunnel_    ? behind.size()
                      : dechunk_ ? response_parser_.pass_body_payload(behind, payload)
                                 : response_parser_.pass_body(behind);
  if (response_parser_.bad()) return refuse_response('H', response_parser_.reason());
  response_head_done_ = true;
  response_ms_ = since_start();
  status_ = status;
  count_status(status);
  ++plane_.count(*server_).req_tot;
  edit_response();
  // The request has reached its server: it need not be kept any longer.
  upload_.keep = false;
  settle(client(), upload_);
  if (!tunnel_ && !upload_.done && request_parser_.body_done() && upload_.approved == 0)
    upload_.done = true;

  Pieces pieces;
  write_head(response_, pieces);
  pieces.add(dechunk_ ? std::string_view(payload) : behind.substr(0, body));
  const bool sent = to.write(pieces.span());
  from.consume(response_parser_.head_size() + body);
  download_.moved += pieces.size();
  client_active_ms_ = plane_.now_ms();
  if (!sent) return client_aborted(response_phase());
  if (response_parser_.body_done() && !tunnel_) download_.done = true;
  write_log(LogStage::kResponse);
  return Next::wait(kNoDeadline);
}

void Stream::become_tunnel() {
  tunnel_ = true;
  keep_client_ = want_server_kept_ = false;
  upload_.done = download_.done = false;
}

void Stream::edit_response() {
  if (uses_cookie()) {
    write_persistence(be(), backend_->server_cookies, server_->position, request_.method, response_,
                      realtime_ns() / 1'000'000'000, cookie_);
  }
  if (tunnel_) return;
  const bool says_keep = response_.minor >= 1 ? !response_.says_close : response_.says_keep_alive;
  if (!says_keep || response_.body == BodyKind::kUntilClose) want_server_kept_ = false;
  if (response_.body == BodyKind::kUntilClose) keep_client_ = false;
  if (dechunk_) {
    keep_client_ = false;
    response_.drop(HeaderId::kTransferEncoding);
  }
  if (!request_parser_.body_done() || upload_.cut) keep_client_ = false;
  if (plane_.draining) keep_client_ = false;
  drop_hop_fields(response_);
  // An offer of other protocols (426) needs its connection option (RFC 9110, section 7.8).
  if (response_.says_upgrade) response_.add("Connection", "Upgrade");
  if (!keep_client_) {
    response_.add("Connection", "close");
  } else if (request_.minor == 0 || response_.minor == 0) {
    response_.add("Connection", "keep-alive");
  }
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

// The rest of the body is to come from the client; or the server does not take what is there.
bool Stream::upload_waits_for_client() const {
  return !upload_.done && !request_parser_.body_done() && !upload_waits_for_server();
}

bool Stream::upload_waits_for_server() const {
  return !upload_.done && (!server_conn_->conn.writable() || server_conn_->conn.has_output());
}

// When one side of raw bytes has been silent for too long. Nothing is waited for from a side that
// has ended, but that it takes what is there for it; and once the other has, `timeout client-fin`
// or `server-fin` says how long this one may take to end as well.
int64_t Stream::tunnel_deadline(bool of_client) const {
  const Conn& conn = of_client ? session_->client() : server_conn_->conn;
  const Flow& its = of_client ? upload_ : download_;
  const Flow& others = of_client ? download_ : upload_;
  if (its.done && conn.writable() && !conn.has_output()) return kNoDeadline;
  const ProxyConfig& proxy = of_client ? fe() : be();
  int64_t since = of_client ? client_active_ms_ : server_active_ms_;
  Millis limit = proxy.timeout(of_client ? Timeout::kClient : Timeout::kServer);
  const Millis fin = proxy.timeout(of_client ? Timeout::kClientFin : Timeout::kServerFin);
  const Millis tunnel = be().timeout(Timeout::kTunnel);
  if (others.done && fin != kNoTimeout) {
    limit = fin;
  } else if (tunnel != kNoTimeout && (tunnel_ || (its.moved != 0 && others.moved != 0))) {
    limit = tunnel;
    since = std::max(client_active_ms_, server_active_ms_);
  }
  return after(since, limit);
}

// Which side is waited for decides which timeout runs.
int64_t Stream::transfer_deadline() const {
  const Conn& to_client = session_->client();
  if (!is_http() || tunnel_) return std::min(tunnel_deadline(true), tunnel_deadline(false));
  const bool client_is_slow = upload_waits_for_client() || to_client.has_output() ||
                              (response_head_done_ && !to_client.writable());
  const bool server_is_slow =
      upload_waits_for_server() ||
      (!download_.done && to_client.writable() && (upload_.done || request_parser_.body_done()));
  int64_t deadline = kNoDeadline;
  if (client_is_slow) deadline = after(client_active_ms_, fe().timeout(Timeout::kClient));
  if (server_is_slow)
    deadline = std::min(deadline, after(std::max(server_active_ms_, client_active_ms_),
                                        be().timeout(Timeout::kServer)));
  return deadline;
}

// 'L': the server has said all, and the client has not taken it yet.
char Stream::response_phase() const { return response_parser_.body_done() ? 'L' : 'D'; }

Next Stream::transfer_timed_out() {
  if (plane_.now_ms() < transfer_deadline()) return Next::wait(transfer_deadline());
  if (!is_http() || tunnel_) {
    const bool by_client = plane_.now_ms() >= tunnel_deadline(true);
    ending_ = {by_client ? 'c' : 's', 'D'};
    count_abort(by_client);
    return go(Step::finish);
  }
  const bool waits_for_client =
      !upload_waits_for_server() &&
      (upload_waits_for_client() || client().has_output() || !client().writable());
  if (waits_for_client) {
    count_abort(true);
    if (response_head_done_) {
      ending_ = {'c', response_phase()};
      keep_client_ = false;
      return go(Step::finish);
    }
    return reply(408, {'c', 'D'});
  }
  if (!response_head_done_) {
    const char phase = upload_waits_for_server() ? 'D' : 'H';
    return response_failed({'s', phase}, RetryOn::kResponseTimeout, 504);
  }
  count_abort(false);
  ending_ = {'s', 'D'};
  keep_client_ = false;
  return go(Step::finish);
}

bool Stream::server_may_be_kept() const {
  return server_conn_ != nullptr && is_http() && !tunnel_ && want_server_kept_ &&
         ending_.cause == '-' && response_head_done_ && download_.done &&
         request_parser_.body_done() && upload_.done && !upload_.cut &&
         !server_conn_->conn.has_input() && !server_conn_->conn.has_output() &&
         server_conn_->conn.error() == 0 && !server_conn_->conn.hangup_seen();
}

}  // namespace hawser
