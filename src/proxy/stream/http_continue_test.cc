// SPDX-License-Identifier: MIT
// Expect: 100-continue: who tells the client to go on.
#include "proxy/testing.h"

using namespace hawser;

TEST_CASE("100 Continue of the server reaches the client, and the body follows") {
  Lab lab(listen_with({}));
  Peer& client = lab.connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  Peer& server = lab.accept();
  CHECK(server.read_until("\r\n\r\n").find("Expect: 100-continue\r\n") != std::string::npos);
  server.send("HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("body");
  CHECK(server.read_until("body") == "body");
  server.send(kOk);
  CHECK(client.read_until("ok") == kOk);
}

TEST_CASE("a client whose request is buffered is told to go on with its body") {
  Lab lab(listen_with({.lines = " option http-buffer-request\n"}));
  Peer& client = lab.connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK_FALSE(lab.has_unexpected_connection());
  client.send("body");
  Peer& server = lab.accept();
  CHECK(server.read_until("body") == "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody");
  server.send(kOk);
  CHECK(client.read_until("ok") == kOk);
}

TEST_CASE("a server that gets a buffered request need not ask for its body") {
  Lab lab(listen_with({.lines = " option http-buffer-request\n"}));
  Peer& client = lab.connect();
  client.send(
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nbody");
  Peer& server = lab.accept();
  CHECK(server.read_until("body") == "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody");
  server.send(kOk);
  CHECK(client.read_until("ok") == kOk);  // and nothing before it
}

TEST_CASE("an expectation is the server's to answer, also when the body came with it") {
  Lab lab(listen_with({}));
  Peer& client = lab.connect();
  const std::string post =
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nbody";
  client.send(post);
  Peer& server = lab.accept();
  CHECK(server.read_until("body") == post);
  server.send(kOk);
  CHECK(client.read_until("ok") == kOk);
}

// 100 Continue stayed with us when the socket was full, and both sides waited.
TEST_CASE("a client that was slow to read is told to go on with its body") {
  Lab lab(listen_with({.lines = " option http-buffer-request\n"}));
  Peer& client = lab.connect();
  client.stop_reading();
  const size_t before = lab.fill_socket(client);
  client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  lab.turn();
  client.go_on();
  client.read_bytes(before);
  CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("body");
  Peer& server = lab.accept();
  server.read_until("body");
  server.send(kOk);
  CHECK(client.read_until("ok") == kOk);
}

TEST_CASE("a client that waits to be told to go on is not late, but its server is") {
  const bool told = GENERATE(true, false);
  Lab lab(listen_with({.timeouts = " timeout client 10m\n timeout server 20m\n"}));
  Peer& client = lab.connect();
  Peer& server = lab.reach_server(
      client, "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  if (told) {
    server.send("HTTP/1.1 100 Continue\r\n\r\n");
    client.read_until("\r\n\r\n");
  }
  lab.pass(Millis(610'000));
  if (told) {
    CHECK(client.read_until("\r\n") == "HTTP/1.1 408 Request Time-out\r\n");
    CHECK(lab.log_line().find(" cD-- ") != std::string::npos);
  } else {
    CHECK(client.read_now() == "");
    lab.pass(Millis(600'000));
    CHECK(client.read_until("\r\n") == "HTTP/1.1 504 Gateway Time-out\r\n");
    CHECK(lab.log_line().find(" sH-- ") != std::string::npos);
  }
}

TEST_CASE("a client that did not wait to be told, and then stops, is late") {
  Lab lab(listen_with({.timeouts = " timeout client 10m\n timeout server 5m\n"}));
  Peer& client = lab.connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  Peer& server = lab.accept();
  server.read_until("\r\n\r\n");
  client.send("bo");
  CHECK(server.read_until("bo") == "bo");
  lab.pass(Millis(310'000));
  CHECK(client.read_now() == "");
  lab.pass(Millis(300'000));
  CHECK(client.read_until("\r\n") == "HTTP/1.1 408 Request Time-out\r\n");
}
