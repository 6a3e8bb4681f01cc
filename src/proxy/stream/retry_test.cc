// SPDX-License-Identifier: MIT
// Which failures lead to another attempt.
#include "proxy/testing.h"

using namespace hawser;

namespace {

uint32_t retries_of_refused_request(std::string_view lines) {
  Lab lab(
      listen_with({.timeouts = " timeout client 4s\n timeout server 4s\n timeout connect 10ms\n",
                   .lines = lines}));
  lab.stop_server();
  Peer& client = lab.connect();
  client.send(kGet);
  CHECK(client.read_until("\r\n") == "HTTP/1.1 503 Service Unavailable\r\n");
  return static_cast<uint32_t>(lab.server_counters().retries.value());
}

}  // namespace

TEST_CASE("a failed connect is tried again unless `retry-on` says otherwise") {
  CHECK(retries_of_refused_request(" retries 2\n") == 2);
  CHECK(retries_of_refused_request(" retries 2\n retry-on conn-failure\n") == 2);
  CHECK(retries_of_refused_request(" retries 2\n retry-on all-retryable-errors\n") == 2);
  CHECK(retries_of_refused_request(" retries 2\n retry-on none\n") == 0);
  CHECK(retries_of_refused_request(" retries 2\n retry-on empty-response 503\n") == 0);
}
