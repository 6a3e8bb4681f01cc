// SPDX-License-Identifier: MIT
#include "proxy/stream/retry.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace hawser {

bool may_repeat(std::string_view method, int server_fd, uint64_t sent_before) {
  for (const std::string_view idempotent : {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"}) {
    if (method == idempotent) return true;
  }
  tcp_info info{};
  socklen_t length = sizeof info;
  if (::getsockopt(server_fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return false;
  // The handshake counts as one acknowledged byte.
  return info.tcpi_bytes_acked <= sent_before + 1;
}

}  // namespace hawser
