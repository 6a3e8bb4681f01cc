// SPDX-License-Identifier: MIT
// The response's head: read, judged, and sent on with what has come of the body; or another attempt
// where it does not come.
#include <algorithm>

#include "base/clock.h"
#include "base/text.h"
#include "proxy/http/forwarding.h"
#include "proxy/http/h1_writer.h"
#include "proxy/stream/retry.h"
#include "proxy/stream/stream.h"

namespace hawser {
namespace {

// NTLM and Negotiate log in a connection and not a request: whoever came on it later would be taken
// for this client.
bool logs_in_connection(const Head& response) {
  if (response.status != 401 && response.status != 407) return false;
  const std::string_view name = response.status == 401 ? "WWW-Authenticate" : "Proxy-Authenticate";
  return std::any_of(response.fields.begin(), response.fields.end(), [name](const auto& field) {
    return iequals(field.name, name) &&
           (istarts_with(field.value, "NTLM") || istarts_with(field.value, "Negotiate"));
  });
}

}  // namespace

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

// Returns wait() when the final head was sent, go(forward) after an interim one, another step when
// something else is to be done.
Next Stream::on_response_head() {
  Conn& from = server_conn_->conn;
  Conn& to = client();
  const uint16_t status = response_.status;
  if (status < 200 && status != 101) {
    // 100, 103: passed on to a client that knows them; the final head follows.
    if (request_.minor >= 1 && !to.write(response_.raw)) return client_aborted('H');
    if (status == 100) request_.expects_continue = false;
    from.consume(response_parser_.head_size());
    response_parser_.start(H1Parser::Kind::kResponse, response_);
    return go(Step::forward);
  }
  const auto& retried = be().retry_on.statuses;
  if (!retried.empty() && upload_.keep && attempts_left_ > 0 &&
      std::binary_search(retried.begin(), retried.end(), status)) {
    drop_server_conn();
    response_started_ = false;
    return retry(RetryAfter::kResponse);
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
  ++server_->counters.req_tot;
  if (logs_in_connection(response_)) server_conn_->bound = true;
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
  log_if_due(LogStage::kResponse);
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
  // A server that closes wants no more of a request that it has answered; nor does one that was
  // asked whether to send it.
  answered_early_ = !upload_.done && says_keep && response_.body != BodyKind::kUntilClose &&
                    !request_.expects_continue;
  if (upload_.cut || (!answered_early_ && !request_parser_.body_done())) keep_client_ = false;
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
    return retry(RetryAfter::kResponse);
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

void Stream::count_bad_response() {
  ++backend_->counters.resp_errors;
  ++server_->counters.resp_errors;
}

}  // namespace hawser
