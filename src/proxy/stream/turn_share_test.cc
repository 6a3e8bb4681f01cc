// SPDX-License-Identifier: MIT
// What one stream may do before others have their turn. It broke when every event of a
// stream that had yielded gave it another share at once.
#include <algorithm>

#include "proxy/testing.h"

using namespace hawser;

TEST_CASE("a fast chunked response for an HTTP/1.0 client leaves others their turn") {
  // One byte of payload in many of framing, so that the client is never what is waited for.
  const std::string chunk = "1;" + std::string(91, 'e') + "\r\nx\r\n";
  constexpr size_t kChunks = 160'000;
  constexpr size_t kTurnBytes = 1 << 20, kBuffer = 16 << 10;
  const size_t most_in_a_turn = (kTurnBytes + kBuffer) / chunk.size() + 1;
  Lab lab(listen_with({}));
  Peer& busy = lab.connect();
  Peer& fast_server = lab.reach_server(busy, "GET /busy HTTP/1.0\r\n\r\n");
  Peer& other = lab.connect();
  Peer& other_server = lab.reach_server(other);

  fast_server.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  busy.read_until("\r\n\r\n");
  std::string flood;
  for (size_t i = 0; i < kChunks; ++i) flood += chunk;
  fast_server.send(flood + "0\r\n\r\n");
  other_server.send(kOk);

  size_t payload = 0, most = 0, when_answered = SIZE_MAX;
  std::string answer;
  const bool done = lab.run_until([&] {
    const size_t came = busy.read_now().size();
    payload += came;
    most = std::max(most, came);
    answer += other.read_now();
    if (when_answered == SIZE_MAX && answer.ends_with("ok")) when_answered = payload;
    return payload == kChunks;
  });
  CHECK(done);
  CHECK(most <= most_in_a_turn);
  CHECK(when_answered <= 2 * most_in_a_turn);
  CHECK(busy.is_closed());
}
