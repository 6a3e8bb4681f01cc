// SPDX-License-Identifier: MIT
// Heads that are as large as the buffer, and peers that take or send more than it holds.
#include "proxy/testing.h"

using namespace hawser;

namespace {

// A head of `size` bytes.
std::string head_of(size_t size, std::string_view first_line) {
  std::string head = std::string(first_line) + "\r\nHost: a\r\nX: ";
  head.append(size - head.size() - 4, 'x');
  return head + "\r\n\r\n";
}

}  // namespace

TEST_CASE("a request head that leaves no room in the buffer is refused") {
  const std::string global =
      GENERATE("", " tune.maxrewrite 0\n", " tune.maxrewrite 16384\n", " tune.bufsize 1024\n",
               " tune.bufsize 1024\n tune.maxrewrite 0\n");
  INFO(global);
  Lab lab(listen_with({.global = global}));
  Peer& client = lab.connect();
  client.send(head_of(20'000, "GET / HTTP/1.1"));
  CHECK(client.read_until("\r\n") == "HTTP/1.1 431 Request Header Fields Too Large\r\n");
}

TEST_CASE("a request head may fill the buffer but for what is kept for rewriting") {
  struct Row {
    const char* global;
    size_t largest;
  };
  const Row row = GENERATE(Row{"", 16384 - 1024}, Row{" tune.maxrewrite 0\n", 16384},
                           Row{" tune.bufsize 1024\n", 512},
                           Row{" tune.bufsize 1024\n tune.maxrewrite 0\n", 1024});
  INFO(row.global);
  Lab lab(listen_with({.global = row.global}));
  Peer& client = lab.connect();
  const std::string head = head_of(row.largest, "GET / HTTP/1.1");
  client.send(head);
  Peer& server = lab.accept();
  CHECK(server.read_until("\r\n\r\n") == head);
  server.send(kOk);
  CHECK(client.read_until("ok") == kOk);
  client.send(head_of(row.largest + 1, "GET / HTTP/1.1"));
  CHECK(client.read_until("\r\n") == "HTTP/1.1 431 Request Header Fields Too Large\r\n");
}

TEST_CASE("empty lines that fill the buffer before a method of any name are refused") {
  Lab lab(listen_with({}));
  Peer& client = lab.connect();
  std::string flood;
  while (flood.size() < 16384 - 2) flood += "\r\n";
  client.send(flood + "XY");
  CHECK(client.read_until("\r\n") == "HTTP/1.1 431 Request Header Fields Too Large\r\n");
}

TEST_CASE("a response head may fill the buffer, and no more") {
  Lab lab(listen_with({.global = " tune.maxrewrite 0\n", .lines = " retries 0\n"}));
  Peer& client = lab.connect();
  Peer& server = lab.reach_server(client);
  const std::string largest = head_of(16384, "HTTP/1.1 204 No Content");
  server.send(largest);
  CHECK(client.read_until("\r\n\r\n") == largest);
  client.send(kGet);
  server.read_until("\r\n\r\n");
  server.send(head_of(16385, "HTTP/1.1 204 No Content"));
  CHECK(client.read_until("\r\n") == "HTTP/1.1 502 Bad Gateway\r\n");
}

// A response that left with its head, but for what the socket did not take, was never sent on: the
// client got a part of it and the end of the connection after `timeout client`.
TEST_CASE("a client that is slow to take short responses gets them all") {
  Lab lab(listen_with({}));
  Peer& client = lab.connect();
  client.stop_reading();
  const std::string response =
      "HTTP/1.1 200 OK\r\nContent-Length: 15000\r\n\r\n" + std::string(15'000, 'b');
  // More than the socket buffers of both ends hold.
  constexpr int kRequests = 1500;
  std::string requests;
  for (int i = 0; i < kRequests; ++i) requests += kGet;
  client.send(requests);
  Peer& server = lab.accept();
  int answered = 0;
  const auto answer_all = [&] {
    if (!server.read_now().empty()) {
      server.send(response);
      ++answered;
    }
    return answered == kRequests;
  };
  for (int last = -1; last != answered; lab.turn()) {
    last = answered;
    lab.run_until([&, turns = 20]() mutable { return answer_all() || --turns == 0; });
  }
  REQUIRE(answered < kRequests);
  client.go_on();
  CHECK(lab.run_until(answer_all));
  const std::string got = client.read_bytes(kRequests * response.size());
  CHECK(got.size() == kRequests * response.size());
}

TEST_CASE("interim responses wait for a client that does not read") {
  Lab lab(listen_with({}));
  Peer& client = lab.connect();
  client.stop_reading();
  Peer& server = lab.reach_server(client);
  const std::string interim =
      "HTTP/1.1 103 Early Hints\r\nLink: " + std::string(8000, 'l') + "\r\n\r\n";
  std::string flood;
  while (flood.size() < (32 << 20)) flood += interim;
  server.send(flood + std::string(kOk));
  lab.turn(200);
  CHECK_FALSE(server.sent_all());  // it is made to wait, instead of filling our memory
  client.go_on();
  CHECK(client.read_bytes(flood.size()) == flood);
  CHECK(client.read_until("ok") == kOk);
}

TEST_CASE("a head behind interim ones may be as long as any") {
  Lab lab(listen_with({.global = " tune.bufsize 4096\n"}));
  Peer& client = lab.connect();
  Peer& server = lab.reach_server(client);
  const std::string interim =
      "HTTP/1.1 103 Early Hints\r\nLink: " + std::string(2500, 'l') + "\r\n\r\n";
  const std::string last =
      "HTTP/1.1 200 OK\r\nX: " + std::string(3000, 'x') + "\r\nContent-Length: 2\r\n\r\nok";
  server.send(interim + last.substr(0, 1000));
  CHECK(client.read_until("\r\n\r\n") == interim);
  server.send(last.substr(1000));
  CHECK(client.read_until("ok") == last);
}
