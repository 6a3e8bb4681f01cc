// SPDX-License-Identifier: MIT
// Who is waited for while a request and its response are on their way, for how long, and what
// becomes of them when that is over.
#include <algorithm>

#include "proxy/stream/stream.h"

namespace hawser {

// The rest of the body is to come from the client; or the server does not take what is there. A
// client that asked whether to go on (100-continue) waits for the server.
bool Stream::upload_waits_for_client() const {
  return !upload_.done && !request_parser_.body_done() && !request_.expects_continue &&
         !upload_waits_for_server();
}

bool Stream::upload_waits_for_server() const {
  return !upload_.done && (!server_conn_->conn.writable() || server_conn_->conn.has_output());
}

// When the client has kept us waiting for too long.
int64_t Stream::client_deadline() const {
  if (!is_http() || tunnel_) return tunnel_deadline(true);
  const Conn& conn = session_->client();
  const bool waited_for =
      upload_waits_for_client() || conn.has_output() || (response_head_done_ && !conn.writable());
  if (!waited_for) return kNoDeadline;
  return deadline_after(client_active_ms_, fe().timeout(Timeout::kClient));
}

// The same for the server. A response that it has begun it may well finish before it has the whole
// request; until then it may wait for that.
int64_t Stream::server_deadline() const {
  if (!is_http() || tunnel_) return tunnel_deadline(false);
  const bool can_speak = upload_.done || request_parser_.body_done() || response_head_done_ ||
                         request_.expects_continue;
  const bool waited_for =
      upload_waits_for_server() || (can_speak && !download_.done && session_->client().writable());
  if (!waited_for) return kNoDeadline;
  return deadline_after(std::max(server_active_ms_, client_active_ms_),
                        be().timeout(Timeout::kServer));
}

int64_t Stream::transfer_deadline() const { return std::min(client_deadline(), server_deadline()); }

Next Stream::transfer_timed_out() {
  const int64_t now = plane_.now_ms();
  if (now < transfer_deadline()) return Next::wait(transfer_deadline());
  if (!is_http() || tunnel_) return tunnel_timed_out();
  const bool by_client = now >= client_deadline();
  if (!response_head_done_) {
    if (by_client) {
      count_abort(true);
      return reply(408, {'c', 'D'});
    }
    const char phase = upload_waits_for_server() ? 'D' : 'H';
    return response_failed({'s', phase}, RetryOn::kResponseTimeout, 504);
  }
  count_abort(by_client);
  ending_ = by_client ? Ending{'c', response_phase()} : Ending{'s', 'D'};
  keep_client_ = false;
  return go(Step::finish);
}

}  // namespace hawser
