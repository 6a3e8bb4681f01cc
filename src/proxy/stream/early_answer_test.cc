// SPDX-License-Identifier: MIT
// Servers that answer before they have the whole request.
#include "proxy/testing.h"

using namespace hawser;

namespace {

constexpr std::string_view kHours = " timeout client 1h\n timeout server 1h\n";
constexpr std::string_view kHead = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n";

bool logs(Lab& lab, std::string_view state) {
  const std::string line = lab.log_line();
  UNSCOPED_INFO(line);
  return line.find(fmt::format(" {} ", state)) != std::string::npos;
}

// The server has answered after half of the request, which its client has read.
struct Half {
  Lab lab;
  Peer& client = lab.connect();
  Peer* server = nullptr;

  explicit Half(std::string_view answer, std::string_view expects = "",
                std::string_view timeouts = kHours)
      : lab(listen_with({.timeouts = timeouts, .lines = " retries 0\n"})) {
    std::string head(kHead);
    head.insert(head.size() - 2, expects);
    client.send(head);
    if (expects.empty()) client.send("half.");
    server = &lab.accept();
    server->read_until(expects.empty() ? "half." : "\r\n\r\n");
    server->send(answer);
    client.read_until("ok");
  }
};

}  // namespace

TEST_CASE("a server that keeps its connection gets the rest of a request that it has answered") {
  Half half(kOk);
  half.lab.turn();
  CHECK_FALSE(half.client.has_ended());
  SECTION("and then the next one") {
    half.client.send("whole");
    CHECK(half.server->read_until("whole") == "whole");
    CHECK(logs(half.lab, "----"));
    half.client.send(kGet);
    CHECK(half.server->read_until("\r\n\r\n") == kGet);
    answer(*half.server, half.client);
  }
  SECTION("in chunks of any size, and none of it is a request") {
    half.client.send(kGet.substr(0, 3));
    CHECK(half.server->read_until(kGet.substr(0, 3)) == kGet.substr(0, 3));
    half.client.send("xx");
    half.client.send(kGet);
    CHECK(half.server->read_until("\r\n\r\n") == "xx" + std::string(kGet));
    answer(*half.server, half.client);
  }
  SECTION("unless it closes") {
    half.server->close();
    CHECK(half.client.is_closed());
    CHECK(logs(half.lab, "----"));
  }
  SECTION("unless the client resets") {
    half.client.reset();
    CHECK(half.server->is_closed());
    CHECK(logs(half.lab, "CD--"));
  }
  SECTION("unless the client ends") {
    half.client.finish();
    CHECK(half.server->is_closed());
    CHECK(logs(half.lab, "CD--"));
  }
  SECTION("or until the client is late") {
    half.lab.pass(Millis(3'610'000));
    CHECK(half.server->is_closed());
    CHECK(logs(half.lab, "cD--"));
  }
}

TEST_CASE("a server that says that it closes wants no more of a request that it has answered") {
  const std::string_view answer =
      GENERATE("HTTP/1.1 413 X\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
               "HTTP/1.0 413 X\r\nContent-Length: 2\r\n\r\nok");
  Half half(answer);
  CHECK(half.server->is_closed());
  CHECK(half.client.is_closed());
  CHECK(logs(half.lab, "----"));
}

TEST_CASE("a client that asked whether to go on is not waited for once it has its answer") {
  Half half("HTTP/1.1 417 X\r\nContent-Length: 2\r\n\r\nok", "Expect: 100-continue\r\n");
  CHECK(half.client.is_closed());
  CHECK(half.server->is_closed());
  CHECK(logs(half.lab, "----"));
}

TEST_CASE("a server that answers and reads no more is late") {
  // Small buffers make sure that a part of the body stays with us.
  Lab lab(listen_with({.global = " tune.bufsize 128k\n tune.sndbuf.server 4608\n",
                       .timeouts = " timeout client 1h\n timeout server 10m\n"}));
  const int small = 2304;
  REQUIRE(::setsockopt(lab.server_socket(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small) == 0);
  Peer& client = lab.connect();
  std::string body;
  while (body.size() < 100'000) body += kGet;
  client.send(fmt::format("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", body.size()));
  Peer& server = lab.accept();
  server.stop_reading();
  client.send(body);
  CHECK(lab.run_until([&] { return client.sent_all(); }));
  lab.turn();
  server.send(kOk);
  CHECK(client.read_until("ok") == kOk);
  SECTION("and what is left of the body is no request") {
    client.send(kGet);
    lab.pass(Millis(610'000));
    CHECK(logs(lab, "sD--"));
    CHECK(client.is_closed());
    CHECK_FALSE(lab.has_unexpected_connection());
    server.go_on();
    CHECK(server.read_to_end().size() < body.size() + 100);
  }
  SECTION("but it may be slow") {
    lab.turn();
    server.go_on();
    client.send(kGet);
    CHECK(server.read_until("\r\n\r\n").starts_with("POST "));
    CHECK(server.read_bytes(body.size()) == body);
    CHECK(server.read_until("\r\n\r\n") == kGet);
    answer(server, client);
  }
}
