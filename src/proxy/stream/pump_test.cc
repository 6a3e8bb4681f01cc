// SPDX-License-Identifier: MIT
// How bytes move: by copy or by splice(2), and what is kept for another attempt.
#include "proxy/testing.h"

using namespace hawser;

namespace {

constexpr size_t kBulk = 1 << 20;

std::string pattern(size_t size) {
  std::string out;
  while (out.size() < size) out += fmt::format("{:08x}", out.size());
  out.resize(size);
  return out;
}

// Bytes of this response's body that went by splice(2). The client gets all of it, whichever way.
uint64_t spliced(std::string_view head, const std::string& body, std::string_view global = "") {
  Lab lab(listen_with({.global = global}));
  Peer& client = lab.connect();
  Peer& server = lab.reach_server(client);
  server.send(head);
  CHECK(client.read_until("\r\n\r\n") == head);
  server.send(body);
  CHECK(client.read_bytes(body.size()) == body);
  lab.turn();
  return lab.shared().process_counters(0).bytes_spliced.value();
}

std::string head_of(size_t length) {
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", length);
}

}  // namespace

TEST_CASE("bodies of 32 KiB and more go by splice, smaller ones by copy") {
  CHECK(spliced(head_of(kBulk), pattern(kBulk)) > kBulk / 2);
  CHECK(spliced(head_of(32 * 1024 - 1), pattern(32 * 1024 - 1)) == 0);
}

TEST_CASE("`nosplice` turns splice off") {
  CHECK(spliced(head_of(kBulk), pattern(kBulk), " nosplice\n") == 0);
}

TEST_CASE("chunks go by copy, as their frames are to be seen") {
  const std::string body = fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", kBulk, pattern(kBulk));
  CHECK(spliced("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", body) == 0);
}

TEST_CASE("raw bytes go by splice once they have shown to be many") {
  Lab lab(listen_with({.mode = "tcp"}));
  Peer& client = lab.connect();
  Peer& server = lab.reach_raw(client, "question");
  const Counter& counted = lab.shared().process_counters(0).bytes_spliced;
  SECTION("in a conversation they are not") {
    for (int round = 0; round < 20; ++round) {
      server.send(pattern(4000));
      CHECK(client.read_bytes(4000) == pattern(4000));
      client.send("more");
      CHECK(server.read_until("more") == "more");
    }
    CHECK(counted.value() == 0);
  }
  SECTION("in bulk they are, to the last byte before the end") {
    const std::string bulk = pattern(8 * kBulk);
    server.send(bulk);
    CHECK(client.read_bytes(bulk.size()) == bulk);
    CHECK(counted.value() > bulk.size() / 2);
    server.send("last");
    server.finish();
    CHECK(client.read_to_end() == "last");
  }
}

TEST_CASE("an upload goes by splice as well, when it is not kept for another attempt") {
  Lab lab(listen_with({}));
  Peer& client = lab.connect();
  Peer& server = lab.reach_server(
      client, fmt::format("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", kBulk));
  client.send(pattern(kBulk));
  CHECK(server.read_bytes(kBulk) == pattern(kBulk));
  answer(server, client);
  CHECK(lab.shared().process_counters(0).bytes_spliced.value() > kBulk / 2);
}

TEST_CASE("a request that fits into the buffer can go out again, and a larger one can not") {
  const bool fits = GENERATE(true, false);
  const std::string body = pattern(fits ? 10'000 : 40'000);
  const std::string post =
      fmt::format("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", body.size());
  Lab lab(listen_with({.lines = " retries 1\n retry-on empty-response\n"}));
  Peer& client = lab.connect();
  client.send(post + body);
  Peer& first = lab.accept();
  CHECK(first.read_bytes(post.size() + body.size()) == post + body);
  first.close();
  lab.pass(Millis(1001));  // the pause before the same server is tried again
  if (fits) {
    Peer& second = lab.accept();
    CHECK(second.read_bytes(post.size() + body.size()) == post + body);
    answer(second, client);
  } else {
    CHECK(client.read_until("\r\n") == "HTTP/1.1 502 Bad Gateway\r\n");
    CHECK_FALSE(lab.has_unexpected_connection());
  }
}
