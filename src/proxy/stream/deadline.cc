// SPDX-License-Identifier: MIT
// Who is waited for while a request and its response are on their way, for how long, and what
// becomes of them when that is over.
#include <algorithm>

#include "proxy/stream/stream.h"

namespace hawser {

// The rest of the body is to come from the client; or the server does not take what is there.
bool Stream::upload_waits_for_client() const {
  return !upload_.done && !request_parser_.body_done() && !upload_waits_for_server();
}

bool Stream::upload_waits_for_server() const {
  return !upload_.done && (!server_conn_->conn.writable() || server_conn_->conn.has_output());
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
  if (client_is_slow) deadline = deadline_after(client_active_ms_, fe().timeout(Timeout::kClient));
  if (server_is_slow)
    deadline = std::min(deadline, deadline_after(std::max(server_active_ms_, client_active_ms_),
                                                 be().timeout(Timeout::kServer)));
  return deadline;
}

Next Stream::transfer_timed_out() {
  if (plane_.now_ms() < transfer_deadline()) return Next::wait(transfer_deadline());
  if (!is_http() || tunnel_) return tunnel_timed_out();
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

}  // namespace hawser
