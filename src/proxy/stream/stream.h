// SPDX-License-Identifier: MIT
// One request and its answer, or one TCP connection passed on.
//
//   read_head ─> apply_rules ─> edit_request ─> pick_server ─> connect ─> send_head ─> forward
//       │         │  │               ^          │  ^ │            │           │           │
//       │         │  └ buffer_request┘          │  │ └ wait_in_queue          │           │
//       v         v                             v  └──── a failed attempt ────┴───────────┤
//   reply_self ───────────────────────────────────> finish <──────────────────────────────┘
//
// A step does its work and returns what comes next; advance() is the only place that changes the
// step. Callbacks of connections and timers only make the session call advance() again. In mode tcp
// the first step is apply_rules.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "logging/access_record.h"
#include "proxy/http/cookie.h"
#include "proxy/http/h1_parser.h"
#include "proxy/http/reply.h"
#include "proxy/runtime.h"
#include "proxy/stream/session.h"

namespace hawser {

#define HW_STREAM_STEPS(X) \
  X(read_head)             \
  X(apply_rules)           \
  X(buffer_request)        \
  X(edit_request)          \
  X(pick_server) X(wait_in_queue) X(connect) X(send_head) X(forward) X(reply_self) X(finish)

enum class Step : uint8_t {
#define HW_STEP(name) name,
  HW_STREAM_STEPS(HW_STEP)
#undef HW_STEP
};

// What a step wants: another step, or an event, or nothing any more.
class Next {
 public:
  static Next go(Step step) { return {Kind::kGo, step, 0}; }
  static Next wait(int64_t deadline_ms) { return {Kind::kWait, Step::finish, deadline_ms}; }
  static Next wait_on() { return {Kind::kWaitOn, Step::finish, 0}; }  // the timer stays as it is
  static Next done() { return {Kind::kDone, Step::finish, 0}; }
  bool is_wait() const { return kind_ == Kind::kWait || kind_ == Kind::kWaitOn; }
  bool sets_timer() const { return kind_ == Kind::kWait; }
  bool is_done() const { return kind_ == Kind::kDone; }
  Step step() const { return step_; }
  int64_t deadline_ms() const { return deadline_ms_; }

 private:
  enum class Kind : uint8_t { kGo, kWait, kWaitOn, kDone };
  Next(Kind kind, Step step, int64_t deadline_ms)
      : kind_(kind), step_(step), deadline_ms_(deadline_ms) {}
  Kind kind_;
  Step step_;
  int64_t deadline_ms_;
};
inline constexpr int64_t kNoDeadline = INT64_MAX;

inline int64_t deadline_after(int64_t since_ms, Millis limit) {
  return limit == kNoTimeout ? kNoDeadline : since_ms + limit.count();
}

// How an exchange ended: the first two letters of HAProxy's termination state.
struct Ending {
  char cause = '-';  // C S P L R I c s, '-': as it should
  char phase = '-';  // R Q C H D L, '-'
};

// One direction of a transfer.
struct Flow {
  size_t approved = 0;  // bytes in front of the source's input that may go out
  size_t sent = 0;      // of these, sent but kept for another attempt
  bool keep = false;    // do not consume what was sent
  bool done = false;    // everything has been sent, or was cut
  bool cut = false;     // the target stopped taking it; it may have more to say
  uint64_t moved = 0;
  uint32_t full_reads = 0;  // reads in a row that filled the buffer: bulk
  std::unique_ptr<Pipe> pipe;
};

class Stream final : public ConnOwner {
 public:
  explicit Stream(DataPlane& plane);
  ~Stream();

  // Called by the session, which owns the stream while it runs.
  void begin(Session& session);
  enum class State : uint8_t { kWaiting, kDone };
  State advance();
  void end();  // gives everything back; the stream can begin again

  bool keeps_client() const { return keep_client_; }  // after kDone: may another request follow?
  // Nothing more may come from the client: its request was whole and said so, or it was a
  // connection that both sides ended.
  bool client_expects_close() const;
  bool has_started() const { return client_bytes_seen_; }
  void stop_soon() { keep_client_ = false; }  // soft stop
  void abort(Ending why);                     // the session ends in the middle

  // A server has room: called by whoever gave the room back.
  void leave_queue();

  // For `show sess` (describe.cc): the rest of a session's line, and of all that there is to tell.
  std::string describe() const;
  std::string dump() const;

  // What rules and actions may look at.
  Session& session() { return *session_; }
  Frontend& frontend() { return *frontend_; }
  const Server* server() const { return server_; }  // nullptr: none is being used
  const Head& request() const { return request_; }

  void on_conn(Conn& conn) override;

 private:
#define HW_STEP(name) Next name();
  HW_STREAM_STEPS(HW_STEP)
#undef HW_STEP
  Next run(Step step);
  void note_arrivals();
  Next go(Step step) { return Next::go(step); }

  // step_request.cc
  Next refuse_request(uint16_t status, std::string_view why);
  Next client_left_before_request();
  int64_t request_deadline() const;
  void note_request();
  void count_request();
  void count_unreadable();
  bool choose_backend();
  std::optional<Next> run_request_rules(const ProxyConfig& proxy);

  // step_server.cc
  bool needs_first_bytes();
  Server* persistent_server();
  void give_up_cookie();
  void count_choice(const Server& server);
  bool prefers_last_server(const Server& last) const;
  bool may_skip_queue(const Server& server) const;
  bool reserve(Server& server);
  void release_server();
  Next enqueue(Server* server);

  // step_connect.cc
  enum class ConnectHow : uint8_t { kAny, kNew };  // kNew: not from the pool
  Next start_connect(ConnectHow how = ConnectHow::kAny);
  std::unique_ptr<ServerConn> take_idle();
  int64_t connect_deadline() const;
  Next wait_before_request();
  bool client_left();
  bool request_is_cut();
  Next refuse_cut_request(char phase);
  Next client_aborted(char phase);
  void drop_server_conn();
  Next connect_failed();
  bool retries_on(RetryOn event) const;
  bool goes_elsewhere() const;
  enum class RetryAfter : uint8_t { kRefusal, kResponse };
  Next retry(RetryAfter failure);

  void drop_pipes();  // stream.cc

  // pump.cc
  enum class Pump : uint8_t { kBlocked, kDone, kSourceGone, kTargetGone, kBadSource, kYield };
  Pump pump(Conn& source, Conn& target, Flow& flow, H1Parser* body);
  Pump pump_pipe(Conn& source, Conn& target, Flow& flow, H1Parser* body, size_t& budget);
  Pump pump_payload(Conn& source, Conn& target);
  bool expects_more(const Conn& source, const H1Parser* body) const;
  static void settle(Conn& source, Flow& flow);
  void forget_request_bytes();
  void rewind_upload();
  bool may_splice(Conn& source, const Flow& flow, const H1Parser* body) const;

  // step_forward.cc. nullopt: nothing more to do on that side now.
  Next forward_http();
  std::optional<Next> forward_request();
  std::optional<Next> forward_response();
  bool rest_is_wanted() const;
  bool client_is_gone() const;
  char response_phase() const;
  void count_abort(bool by_client);
  bool server_may_be_kept() const;

  // step_response.cc
  std::optional<Next> read_response();
  Next on_response_head();
  Next begin_response();
  void become_tunnel();
  void edit_response();
  Next server_failed_early();
  Next response_failed(Ending why, RetryOn event, uint16_t status);
  Next refuse_response(char phase, std::string_view why);
  void count_bad_response();

  // tunnel.cc
  Next forward_tcp();
  Next tunnel_broken(bool by_client, Conn& source, Conn& target);
  void begin_fin_timeout(bool of_client);
  void blame(bool client, Ending why);
  int64_t tunnel_deadline(bool of_client) const;
  Next tunnel_timed_out();

  // deadline.cc
  bool upload_waits_for_client() const;
  bool upload_waits_for_server() const;
  int64_t client_deadline() const;
  int64_t server_deadline() const;
  int64_t transfer_deadline() const;
  Next transfer_timed_out();

  // step_reply.cc
  Next reply(uint16_t status, Ending why);
  Next reply(Reply answer, Ending why);
  void count_status(uint16_t status);
  uint64_t bytes_from_client();
  // The line is due where the format has all that it asks for, and once.
  void log_if_due(LogStage reached) {
    if (!logged_ && frontend_->logs() && *frontend_->log_stage <= reached) write_log(reached);
  }
  void write_log(LogStage reached);

  int64_t timeout_from_now(Timeout which) const;
  Conn& client() { return session_->client(); }
  ServerConn* server_conn() { return server_conn_.get(); }
  const ProxyConfig& fe() const { return frontend_->config; }
  const ProxyConfig& be() const {
    return backend_ != nullptr ? backend_->config : frontend_->config;
  }
  bool is_http() const { return fe().mode == Mode::kHttp; }
  bool uses_cookie() const { return be().cookie.how != CookieConfig::How::kNone; }
  int64_t since_start() const;
  bool timed_out() const { return timed_out_; }

  DataPlane& plane_;
  Session* session_ = nullptr;
  Frontend* frontend_ = nullptr;
  Backend* backend_ = nullptr;
  Server* server_ = nullptr;         // reserved: counted in its load
  Server* logged_server_ = nullptr;  // the last one that was tried, or waited for
  std::unique_ptr<ServerConn> server_conn_;
  WaitEntry waiting_;
  struct Timer : WheelEntry {
    explicit Timer(Stream& s) : WheelEntry(on_timer), stream(s) {}
    static void on_timer(WheelEntry& entry);
    Stream& stream;
  } timer_;

  Head request_, response_;
  H1Parser request_parser_, response_parser_;
  Flow upload_, download_;      // client to server, server to client
  std::string logged_request_;  // method, target, version as received, when the log wants them
  size_t logged_method_ = 0, logged_target_ = 0;
  Reply reply_;
  ServerSet tried_;
  CookieOutcome cookie_;

  uint64_t id_ = 0;
  int64_t start_ms_ = 0, start_us_ = 0;  // AccessRecord's start
  int64_t handshake_ms_ = 0;
  int64_t first_byte_ms_ = -1, request_ms_ = -1, queue_ms_ = -1, connect_ms_ = -1,
          response_ms_ = -1;
  int64_t deadline_ms_ = kNoDeadline;  // of the present phase
  int64_t client_active_ms_ = 0, server_active_ms_ = 0;
  uint64_t client_received_at_start_ = 0, client_sent_at_start_ = 0;
  uint32_t attempts_left_ = 0, retries_ = 0;
  int connect_error_ = 0;
  uint32_t server_queue_place_ = 0, backend_queue_place_ = 0;  // from 1 on; 0: did not wait
  Ending ending_;
  uint16_t status_ = 0;
  Step step_ = Step::read_head;
  bool timed_out_ = false;
  bool client_bytes_seen_ = false;
  bool keep_client_ = false;
  bool want_server_kept_ = false;
  bool response_started_ = false;
  bool response_head_done_ = false;
  bool tunnel_ = false;
  bool both_talk_ = false;  // raw bytes: nobody has ended, nobody is waited for, the timer is set
  bool dechunk_ = false;
  bool answered_early_ = false;  // before the request was whole
  bool redispatched_ = false;
  bool backend_counted_ = false;
  bool logged_ = false;
  bool turn_around_ = false;
  bool repeats_unseen_ = false;  // what goes out next has been counted already
};

}  // namespace hawser
