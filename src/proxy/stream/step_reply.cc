// SPDX-License-Identifier: MIT
// Our own replies, and the end of every stream: the connection given back, counted and logged.
#include <algorithm>

#include "base/clock.h"
#include "proxy/net/listener.h"
#include "proxy/stream/stream.h"

namespace hawser {

Next Stream::reply(uint16_t status, Ending why) {
  if (!is_http()) {
    // What the client said counts, also where nobody was there to take it: `option dontlognull`.
    if (!client().has_input() && client().readable()) client().receive();
    ending_ = why;
    keep_client_ = false;
    return go(Step::finish);
  }
  return reply(error_reply(status, backend_ != nullptr ? &backend_->config : nullptr, fe()), why);
}

Next Stream::reply(Reply answer, Ending why) {
  reply_ = std::move(answer);
  ending_ = why;
  if (upload_.approved != 0)
    upload_.approved += request_parser_.pass_body(client().input().substr(upload_.approved));
  if (reply_.close || !request_parser_.body_done() || response_started_) keep_client_ = false;
  leave_queue();
  drop_pipes();
  drop_server_conn();
  release_server();

  if (reply_.head->empty()) {
    status_ = reply_.status;
    return go(Step::finish);
  }
  std::string text = *reply_.head;
  text += keep_client_ ? (request_.minor == 0 ? "Connection: keep-alive\r\n\r\n" : "\r\n")
                       : "Connection: close\r\n\r\n";
  if (!request_.is_head()) text += *reply_.body;
  status_ = reply_.status;
  count_status(status_);
  download_.moved += text.size();
  // What was read of the request belongs to it and is not another one.
  if (upload_.approved != 0) client().consume(upload_.approved);
  upload_ = {};
  client_active_ms_ = plane_.now_ms();
  if (!client().write(text)) {
    keep_client_ = false;
    return go(Step::finish);
  }
  return go(Step::reply_self);
}

Next Stream::reply_self() {
  Conn& conn = client();
  if (!conn.flush() || timed_out()) {
    keep_client_ = false;
    return go(Step::finish);
  }
  if (!conn.has_output()) return go(Step::finish);
  return Next::wait(timeout_from_now(Timeout::kClient));
}

void Stream::count_status(uint16_t status) {
  const auto count = [status](auto& counters) {
    switch (status / 100) {
      case 1:
        return ++counters.http_1xx;
      case 2:
        return ++counters.http_2xx;
      case 3:
        return ++counters.http_3xx;
      case 4:
        return ++counters.http_4xx;
      case 5:
        return ++counters.http_5xx;
      default:
        return ++counters.http_other;
    }
  };
  count(frontend_->counters);
  if (backend_ != nullptr) count(backend_->counters);
  if (response_head_done_) count(server_->counters);
}

// Of this request: what went on, what is kept for another attempt, what could not be read.
uint64_t Stream::bytes_from_client() {
  const size_t input = client().input().size();
  const size_t others = request_ms_ < 0 ? 0 : input - std::min(input, upload_.approved);
  return client().received() - others - client_received_at_start_;
}

// Adds up what went through and gives the server back: to its pool, to the session, or closed.
Next Stream::finish() {
  if (!client_bytes_seen_ && is_http() && status_ == 0) {
    // A probe, or the end of a keep-alive connection.
    const bool is_probe = session_->requests() <= 1;
    if (is_probe && !fe().option(Option::kHttpIgnoreProbes)) log_if_due(LogStage::kEnd);
    return Next::done();
  }
  if (is_http() && status_ == 0) count_status(0);
  const uint64_t in = bytes_from_client();
  const uint64_t out = client().sent() - client_sent_at_start_;
  plane_.count_bytes(*frontend_, backend_, logged_server_, session_->listener_index(), in, out);
  if (server_ != nullptr && connect_ms_ >= 0) {
    const auto add = [this](auto& counters) {
      const int64_t total = since_start() - std::max<int64_t>(first_byte_ms_, 0);
      counters.queue_time.add(static_cast<uint32_t>(
          std::max<int64_t>(0, queue_ms_ - std::max<int64_t>(request_ms_, 0))));
      counters.connect_time.add(
          static_cast<uint32_t>(std::max<int64_t>(0, connect_ms_ - queue_ms_)));
      if (response_ms_ >= 0)
        counters.response_time.add(static_cast<uint32_t>(response_ms_ - connect_ms_));
      counters.total_time.add(static_cast<uint32_t>(total));
    };
    add(server_->counters);
    add(backend_->counters);
  }
  log_if_due(LogStage::kEnd);
  // A server that answers early may leave a part of the body with us. It is no request.
  if (keep_client_ && !upload_.done) {
    if (request_parser_.body_done() && upload_.approved != 0) client().consume(upload_.approved);
    keep_client_ = request_parser_.body_done();
  }
  if (server_may_be_kept()) {
    plane_.keep_server_conn(std::move(server_conn_), *session_);
  } else {
    drop_server_conn();
  }
  session_->note_last_server(server_);
  release_server();
  if (backend_counted_) plane_.leave_backend(*backend_);
  backend_counted_ = false;
  if (ending_.cause != '-' && status_ == 0) keep_client_ = false;
  return Next::done();
}

void Stream::write_log(LogStage reached) {
  AccessRecord record;
  record.start_us = start_us_;
  record.times = {.handshake = handshake_ms_,
                  .first_byte = first_byte_ms_,
                  .request = request_ms_,
                  .queue = queue_ms_,
                  .connect = connect_ms_,
                  .response = is_http() ? response_ms_ : connect_ms_,
                  .end = since_start()};
  const Address client_address = session_->client_address(), local = session_->local_address();
  record.client = &client_address;
  record.listener = &local;
  if (logged_server_ != nullptr) {
    record.server_address = &logged_server_->config.address;
    if (server_conn_ != nullptr) record.server_source = &server_conn_->source_address();
    record.server = logged_server_->config.name;
  }
  const BindConfig& bind = session_->listener().bind();
  record.listener_id = bind.id;
  record.bind_name = bind.name;
  record.frontend = fe().name;
  record.backend =
      backend_ != nullptr ? std::string_view(backend_->config.name) : std::string_view(fe().name);
  const std::string_view request = logged_request_;
  if (!request.empty()) {
    record.method = request.substr(0, logged_method_);
    record.uri = request.substr(logged_method_, logged_target_);
    record.version = request.substr(logged_method_ + logged_target_);
  }
  record.status = is_http() ? (status_ == 0 ? -1 : status_) : 0;
  record.bytes_received = bytes_from_client();
  record.bytes_sent = client().sent() - client_sent_at_start_;
  record.state[0] = ending_.cause;
  record.state[1] = ending_.phase;
  record.state[2] = cookie_.client;
  record.state[3] = cookie_.response;
  plane_.fill_loads(record, *frontend_, backend_, logged_server_, server_ != nullptr);
  record.retries = retries_;
  record.redispatched = redispatched_;
  record.server_queue = server_queue_place_;
  record.backend_queue = backend_queue_place_;
  logged_ = plane_.log.log_access(fe(), record, reached);
}

}  // namespace hawser
