// SPDX-License-Identifier: MIT
// Raw bytes both ways: mode tcp, and HTTP after an upgrade or CONNECT.
#include <algorithm>

#include "proxy/stream/stream.h"

namespace hawser {

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
  return deadline_after(since, limit);
}

}  // namespace hawser
