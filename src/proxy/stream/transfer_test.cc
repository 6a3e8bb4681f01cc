// SPDX-License-Identifier: MIT
// Who is waited for, and what becomes of bytes when one side fails.
#include <fmt/format.h>

#include "proxy/testing.h"

using namespace hawser;

TEST_CASE("an upload that the server does not read is charged to the server") {
  Lab lab(listen_with({.timeouts = " timeout client 1s\n timeout server 100ms\n"}));
  Peer& client = lab.connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 33554432\r\n\r\n");
  Peer& server = lab.accept();
  server.stop_reading();
  client.send(std::string(32 << 20, 'x'));
  CHECK(lab.log_line().find(" 504 ") != std::string::npos);
  CHECK(client.read_until("\r\n") == "HTTP/1.1 504 Gateway Time-out\r\n");
}

TEST_CASE("an upload that the client does not continue is charged to the client") {
  Lab lab(listen_with({.timeouts = " timeout client 100ms\n timeout server 50ms\n"}));
  Peer& client = lab.connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nx");
  Peer& server = lab.accept();
  CHECK(server.read_until("x").ends_with("\r\n\r\nx"));
  CHECK(lab.log_line().find(" cD-- ") != std::string::npos);
  CHECK(client.read_until("\r\n") == "HTTP/1.1 408 Request Time-out\r\n");
}

TEST_CASE("of two sides that stop in the middle, the one with less time is blamed") {
  const bool by_client = GENERATE(true, false);
  Lab lab(listen_with({.timeouts = by_client ? " timeout client 10m\n timeout server 20m\n"
                                             : " timeout client 20m\n timeout server 10m\n"}));
  Peer& client = lab.connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
  Peer& server = lab.accept();
  server.read_until("half");
  server.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  client.read_until("half");
  lab.pass(Millis(610'000));
  CHECK(client.is_closed());
  CHECK(lab.log_line().find(by_client ? " cD-- " : " sD-- ") != std::string::npos);
}

TEST_CASE("a client that does not take the last of a response is told from one in its middle") {
  const bool whole = GENERATE(true, false);
  Lab lab(listen_with({.global = " tune.sndbuf.client 2048\n",
                       .timeouts = " timeout client 10m\n timeout server 1h\n"}));
  Peer& client = lab.connect();
  client.stop_reading();
  lab.fill_socket(client);
  Peer& server = lab.reach_server(client);
  const std::string body(12'000, 'b');
  server.send(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.size()));
  server.send(whole ? body : body.substr(1));
  lab.turn();
  SECTION("when it leaves") {
    client.reset();
    CHECK(lab.log_line().find(whole ? " CL-- " : " CD-- ") != std::string::npos);
  }
  SECTION("when it stalls") {
    lab.pass(Millis(610'000));
    CHECK(lab.log_line().find(whole ? " cL-- " : " cD-- ") != std::string::npos);
  }
  CHECK(lab.shared().backend(0, 0).client_aborts.value() == 1);
}

TEST_CASE("the last words of a server that resets its connection reach the client") {
  Lab lab(listen_with({.mode = "tcp"}));
  Peer& client = lab.connect();
  Peer& server = lab.reach_raw(client, "hello");
  client.send("more");  // what the worker will fail to pass on
  server.send("last words");
  server.reset();
  CHECK(client.read_to_end() == "last words");
  CHECK(lab.log_line().find(" SD ") != std::string::npos);
}

TEST_CASE("a PROXY header of version 2 may carry as many TLVs as the buffer holds") {
  Lab lab(listen_with({.bind = "accept-proxy"}));
  Peer& client = lab.connect();
  std::string header("\r\n\r\n\0\r\nQUIT\n\x21\x11", 14);
  const size_t length = 12 + 3 + 4000;
  header += static_cast<char>(length >> 8);
  header += static_cast<char>(length & 0xff);
  header += std::string("\x0a\0\0\x01\x0a\0\0\x02\x03\xe8\0\x50", 12);
  header += std::string("\x05\x0f\xa0", 3) + std::string(4000, 'u');
  client.send(header + std::string(kGet));
  Peer& server = lab.accept();
  CHECK(server.read_until("\r\n\r\n") == kGet);
  answer(server, client);
  CHECK(lab.log_line().find("10.0.0.1:1000 ") != std::string::npos);
}

TEST_CASE("a client that is silent after a request that filled the buffer gets no 408") {
  Lab lab(
      listen_with({.global = " tune.bufsize 2048\n",
                   .timeouts = " timeout client 4s\n timeout server 4s\n"
                               " timeout http-request 50ms\n timeout http-keep-alive 100ms\n"}));
  Peer& client = lab.connect();
  std::string post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1900\r\nX: ";
  post += std::string(2048 - 1900 - 4 - post.size(), 'x') + "\r\n\r\n" + std::string(1900, 'b');
  REQUIRE(post.size() == 2048);
  client.send(post);
  Peer& server = lab.accept();
  CHECK(server.read_bytes(post.size()) == post);
  server.send(kOk);
  CHECK(client.read_until("ok") == kOk);
  CHECK(client.read_to_end() == "");
}

TEST_CASE("an HTTP/1.0 client gets the payload of chunks, and the close that ends it") {
  Lab lab(listen_with({}));
  Peer& client = lab.connect();
  client.stop_reading();
  Peer& server = lab.reach_server(client, "GET / HTTP/1.0\r\n\r\n");
  std::string chunks, payload;
  while (payload.size() < (8 << 20)) {
    const std::string piece = fmt::format("{:08x}", payload.size());
    chunks += "8\r\n" + piece + "\r\n";
    payload += piece;
  }
  server.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n");
  lab.turn();
  client.go_on();
  CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
  CHECK(client.read_to_end() == payload);
}

TEST_CASE("who has finished sending can still be answered, on both sides") {
  Lab lab(listen_with({.mode = "tcp"}));
  Peer& client = lab.connect();
  client.send("question");
  Peer& server = lab.accept();
  SECTION("the client finishes first") {
    client.finish();
    CHECK(server.read_to_end() == "question");
    server.send("answer");
    CHECK(client.read_until("answer") == "answer");
    server.close();
    CHECK(client.is_closed());
  }
  SECTION("the server finishes first") {
    CHECK(server.read_until("question") == "question");
    server.send("answer");
    server.finish();
    CHECK(client.read_to_end() == "answer");
    client.send("thanks");
    CHECK(server.read_until("thanks") == "thanks");
    client.close();
    CHECK(server.is_closed());
  }
  CHECK(lab.log_line().find(" -- ") != std::string::npos);
}

TEST_CASE("a reset on one side is a reset on the other") {
  Lab lab(listen_with({.mode = "tcp"}));
  Peer& client = lab.connect();
  Peer& server = lab.reach_raw(client, "x");
  SECTION("of the client") {
    client.reset();
    CHECK(server.is_closed());
    CHECK(server.was_reset());
    CHECK(lab.log_line().find(" CD ") != std::string::npos);
  }
  SECTION("of the server") {
    server.reset();
    CHECK(client.is_closed());
    CHECK(client.was_reset());
    CHECK(lab.log_line().find(" SD ") != std::string::npos);
  }
}
