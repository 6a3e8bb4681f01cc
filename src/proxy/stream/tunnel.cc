// SPDX-License-Identifier: MIT
// Raw bytes both ways: mode tcp, and HTTP after an upgrade or CONNECT.
#include <algorithm>
#include <utility>

#include "proxy/stream/stream.h"

namespace hawser {
namespace {

// It does not take what is there for it; whoever sends that has done what it can.
bool holds_up(const Conn& conn) { return !conn.writable() || conn.has_output(); }

// What shows that a side is alive. With `option independent-streams` that is only what it says.
uint64_t activity(const Conn& conn, const ProxyConfig& proxy) {
  return conn.received() + (proxy.option(Option::kIndependentStreams) ? 0 : conn.sent());
}

}  // namespace

// The end of one direction is passed on and the other goes on (half-close).
Next Stream::forward_tcp() {
  Conn& from = client();
  Conn& to = server_conn_->conn;
  const uint64_t before_client = activity(from, fe()), before_server = activity(to, be());
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
      begin_fin_timeout(!up);
      if (!(upload_.done && download_.done))
        target.shutdown_write();  // otherwise both are closed at once
    } else if (result == Pump::kTargetGone && up && !download_.done) {
      upload_.done = upload_.cut = true;  // what the server said before is still to be passed on
    } else if (result == Pump::kSourceGone || result == Pump::kTargetGone) {
      return tunnel_broken((result == Pump::kSourceGone) == up, source, target);
    }
  }
  if (activity(from, fe()) != before_client) client_active_ms_ = plane_.now_ms();
  if (activity(to, be()) != before_server) server_active_ms_ = plane_.now_ms();
  const int64_t last = std::max(client_active_ms_, server_active_ms_);
  if (!fe().option(Option::kIndependentStreams)) client_active_ms_ = last;
  if (!be().option(Option::kIndependentStreams)) server_active_ms_ = last;
  if (upload_.done && download_.done) return go(Step::finish);
  // While both sides talk, all that happens moves their deadlines further away: a timer that was
  // set asks for them when it fires.
  const bool both_talk = !upload_.done && !download_.done && !holds_up(from) && !holds_up(to);
  if (std::exchange(both_talk_, both_talk) && both_talk && timer_.is_set()) return Next::wait_on();
  return Next::wait(transfer_deadline());
}

// An end is no activity, and begins no other timeout anew.
void Stream::begin_fin_timeout(bool of_client) {
  const Millis fin = of_client ? fe().timeout(Timeout::kClientFin)  //
                               : be().timeout(Timeout::kServerFin);
  if (fin != kNoTimeout) (of_client ? client_active_ms_ : server_active_ms_) = plane_.now_ms();
}

// Who failed first is to blame for what comes of it.
void Stream::blame(bool client, Ending why) {
  if (ending_.cause != '-') return;
  ending_ = why;
  count_abort(client);
}

// One side reset the connection: the other side learns it the same way.
Next Stream::tunnel_broken(bool by_client, Conn& source, Conn& target) {
  if (!by_client && ending_.cause == '-') count_bad_response();
  blame(by_client, {by_client ? 'C' : 'S', 'D'});
  Conn& other = by_client ? server_conn_->conn : client();
  // A reset would destroy what the other side has not acknowledged yet.
  const bool delivered = !upload_.cut || other.all_acknowledged();
  if (delivered && (source.error() == ECONNRESET || target.error() == ECONNRESET))
    other.close_with_reset();
  return go(Step::finish);
}

// When a side has kept the other one waiting for too long: it says nothing although it could, or
// does not take what is there for it. Once one has ended, `timeout client-fin` or `server-fin` says
// how long the other may take to end as well.
int64_t Stream::tunnel_deadline(bool of_client) const {
  const Conn& conn = of_client ? session_->client() : server_conn_->conn;
  const Conn& other = of_client ? server_conn_->conn : session_->client();
  const Flow& its = of_client ? upload_ : download_;
  const Flow& others = of_client ? download_ : upload_;
  if (!holds_up(conn) && (its.done || holds_up(other))) return kNoDeadline;
  const ProxyConfig& proxy = of_client ? fe() : be();
  const Millis fin = proxy.timeout(of_client ? Timeout::kClientFin : Timeout::kServerFin);
  const Millis tunnel = be().timeout(Timeout::kTunnel);
  const int64_t last = std::max(client_active_ms_, server_active_ms_);
  const int64_t since = holds_up(conn) ? last : of_client ? client_active_ms_ : server_active_ms_;
  if (others.done && fin != kNoTimeout) return deadline_after(since, fin);
  if (tunnel != kNoTimeout) return deadline_after(last, tunnel);
  return deadline_after(since, proxy.timeout(of_client ? Timeout::kClient : Timeout::kServer));
}

// From a side that was silent for too long nothing more is taken. The other one hears that as an
// end and may finish, in its own time; but not what it has to say to a side that takes nothing.
// What a request began is over with its server.
Next Stream::tunnel_timed_out() {
  const int64_t now = plane_.now_ms();
  const bool client_late = now >= tunnel_deadline(true),
             server_late = now >= tunnel_deadline(false);
  if (!client_late && !server_late) return Next::wait(transfer_deadline());
  blame(client_late, {client_late ? 'c' : 's', 'D'});
  Conn& late = client_late ? client() : server_conn_->conn;
  if ((client_late && server_late) || holds_up(late) || (is_http() && server_late))
    return go(Step::finish);
  (client_late ? upload_ : download_).done = true;
  if (upload_.done && download_.done) return go(Step::finish);
  (client_late ? server_conn_->conn : client()).shutdown_write();
  begin_fin_timeout(!client_late);
  return Next::wait(transfer_deadline());
}

}  // namespace hawser
