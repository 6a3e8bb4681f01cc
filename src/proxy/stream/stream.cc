// SPDX-License-Identifier: MIT
#include "proxy/stream/stream.h"

#include <algorithm>

#include "base/clock.h"
#include "proxy/net/listener.h"

namespace hawser {

void Stream::Timer::on_timer(WheelEntry& entry) {
  Stream& stream = static_cast<Timer&>(entry).stream;
  stream.timed_out_ = true;
  stream.session_->run();
}

Stream::Stream(DataPlane& plane)
    : plane_(plane),
      waiting_(*this),
      timer_(*this),
      request_parser_(plane.config.global.tune.http_maxhdr),
      response_parser_(plane.config.global.tune.http_maxhdr) {}

Stream::~Stream() = default;

void Stream::begin(Session& session) {
  session_ = &session;
  frontend_ = &session.frontend();
  backend_ = nullptr;
  server_ = logged_server_ = nullptr;
  tried_ = {};
  cookie_ = {};
  upload_ = {};
  download_ = {};
  id_ = plane_.next_stream_id++;
  client_active_ms_ = server_active_ms_ = start_ms_ = plane_.now_ms();
  first_byte_ms_ = request_ms_ = queue_ms_ = connect_ms_ = response_ms_ = -1;
  handshake_ms_ = 0;
  if (session.requests() == 0) {
    start_ms_ = session.accepted_ms();
    start_us_ = session.accepted_us();
    handshake_ms_ = session.has_proxied_addresses() ? plane_.now_ms() - start_ms_ : 0;
  } else {
    start_ms_ = session.idle_since_ms();
    // The wall clock is for the log only.
    if (frontend_->logs()) start_us_ = realtime_ns() / 1000 - (plane_.now_ms() - start_ms_) * 1000;
  }
  deadline_ms_ = kNoDeadline;
  client_received_at_start_ = client().received() - client().input().size();
  client_sent_at_start_ = client().sent();
  attempts_left_ = retries_ = server_queue_place_ = backend_queue_place_ = 0;
  ending_ = {};
  status_ = 0;
  timed_out_ = client_bytes_seen_ = keep_client_ = want_server_kept_ = response_started_ =
      response_head_done_ = tunnel_ = both_talk_ = dechunk_ = answered_early_ = redispatched_ =
          backend_counted_ = logged_ = turn_around_ = repeats_unseen_ = false;
  logged_request_.clear();
  if (is_http()) {
    request_parser_.start(H1Parser::Kind::kRequest, request_);
    step_ = Step::read_head;
  } else {
    request_.clear();  // a stream is reused, and its last request was another client's
    step_ = Step::apply_rules;
  }
}

void Stream::end() {
  timer_.clear();
  leave_queue();
  drop_pipes();
  drop_server_conn();
  release_server();
  if (reply_.head != nullptr) reply_ = {};
}

void Stream::drop_pipes() {
  for (Flow* flow : {&upload_, &download_}) {
    if (flow->pipe != nullptr) plane_.pipes.give_back(std::move(flow->pipe));
  }
}

Next Stream::run(Step step) {
  switch (step) {
#define HW_STEP(name) \
  case Step::name:    \
    return name();
    HW_STREAM_STEPS(HW_STEP)
#undef HW_STEP
  }
  HW_UNREACHABLE();
}

// What was read on arrival, before this stream had its turn (Conn::take_in).
void Stream::note_arrivals() {
  client_active_ms_ = std::max(client_active_ms_, client().received_ms());
  if (server_conn_ != nullptr)
    server_active_ms_ = std::max(server_active_ms_, server_conn_->conn.received_ms());
}

Stream::State Stream::advance() {
  note_arrivals();
  for (;;) {
    const Next next = run(step_);
    timed_out_ = false;
    if (next.is_done()) return State::kDone;
    if (next.is_wait()) {
      if (!next.sets_timer()) return State::kWaiting;
      if (next.deadline_ms() == kNoDeadline) {
        timer_.clear();
      } else {
        plane_.wheel.set(timer_, next.deadline_ms());
      }
      return State::kWaiting;
    }
    step_ = next.step();
  }
}

void Stream::on_conn(Conn&) { session_->run(); }

void Stream::abort(Ending why) {
  if (ending_.cause == '-') ending_ = why;
  keep_client_ = false;
  finish();
}

bool Stream::client_expects_close() const {
  if (!is_http() || tunnel_) return upload_.done && download_.done;
  const bool says_close = request_.minor == 0 ? !request_.says_keep_alive : request_.says_close;
  return says_close && request_ms_ >= 0 && request_parser_.body_done() && ending_.cause == '-';
}

int64_t Stream::since_start() const { return plane_.now_ms() - start_ms_; }

int64_t Stream::timeout_from_now(Timeout which) const {
  return deadline_after(plane_.now_ms(), be().timeout(which));
}

}  // namespace hawser
