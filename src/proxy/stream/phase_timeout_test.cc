// SPDX-License-Identifier: MIT
// Which timeout runs in which phase, and what its end looks like from both sides and in the log.
// The worker's clock is the test's: minutes pass in no time.
#include "proxy/testing.h"

using namespace hawser;

namespace {

// Every timeout that counts here is ten minutes; the others are hours.
constexpr Millis kAlmost{590'000}, kRest{20'000};

std::string site(std::string_view mode, std::string_view timeouts, std::string_view bind = "") {
  const std::string all =
      fmt::format(" timeout connect 2h\n timeout client 2h\n timeout server 2h\n{}", timeouts);
  return listen_with({.mode = mode,
                      .timeouts = all,
                      .bind = bind,
                      .lines = " retries 0\n",
                      .servers = " server s @s1 maxconn 1\n"});
}

bool logs(Lab& lab, std::string_view state) {
  const std::string line = lab.log_line();
  UNSCOPED_INFO(line);
  return line.find(fmt::format(" {} ", state)) != std::string::npos;
}

// The peer hears nothing until the ten minutes are over, and then this; "": the end.
void check_ends(Lab& lab, Peer& peer, std::string_view first_line) {
  lab.pass(kAlmost);
  CHECK(peer.read_now() == "");
  CHECK_FALSE(peer.has_ended());
  lab.pass(kRest);
  if (first_line.empty()) {
    CHECK(peer.is_closed());
  } else {
    CHECK(peer.read_until("\r\n") == fmt::format("HTTP/1.1 {}\r\n", first_line));
  }
}

}  // namespace

TEST_CASE("`timeout http-request` ends a head that does not come to its end") {
  Lab lab(site("http", " timeout http-request 10m\n"));
  Peer& client = lab.connect();
  client.send("GET / HTTP/1.1\r\n");
  check_ends(lab, client, "408 Request Time-out");
  CHECK(logs(lab, "cR--"));
}

TEST_CASE("`timeout http-request` does not begin anew with every byte") {
  Lab lab(site("http", " timeout http-request 10m\n"));
  Peer& client = lab.connect();
  client.send("GET / HTTP/1.1\r\n");
  lab.pass(kAlmost);
  client.send("Host: a\r\n");
  lab.turn();
  CHECK(client.read_now() == "");
  lab.pass(kRest);
  CHECK(client.read_until("\r\n") == "HTTP/1.1 408 Request Time-out\r\n");
}

TEST_CASE("without it `timeout client` counts from the last byte of the head") {
  Lab lab(site("http", " timeout client 10m\n"));
  Peer& client = lab.connect();
  client.send("GET / HTTP/1.1\r\n");
  lab.pass(kAlmost);
  client.send("Host: a\r\n");
  check_ends(lab, client, "408 Request Time-out");
}

TEST_CASE("`timeout http-keep-alive` closes an idle connection without a word") {
  Lab lab(site("http", " timeout http-keep-alive 10m\n timeout http-request 1h\n"));
  Peer& client = lab.connect();
  Peer& server = lab.reach_server(client);
  answer(server, client);
  check_ends(lab, client, "");
}

TEST_CASE("a request that began in time on an idle connection has `timeout http-request`") {
  Lab lab(site("http", " timeout http-keep-alive 10m\n timeout http-request 10m\n"));
  Peer& client = lab.connect();
  Peer& server = lab.reach_server(client);
  answer(server, client);
  lab.pass(kAlmost);
  client.send("GET / HTTP/1.1\r\n");
  check_ends(lab, client, "408 Request Time-out");
}

TEST_CASE("`timeout connect` ends a wait for a server that does not accept") {
  Lab lab(site("http", " timeout connect 10m\n"));
  // No room is left where the kernel keeps connections that nobody has accepted yet.
  REQUIRE(::listen(lab.server_socket(), 0) == 0);
  std::vector<Fd> crowd;
  const sockaddr_in to = lab.server_address();
  for (int i = 0; i < 8; ++i) {
    crowd.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    // It need not be established, as long as the kernel knows of it.
    static_cast<void>(
        ::connect(crowd.back().get(), reinterpret_cast<const sockaddr*>(&to), sizeof to));
  }
  Peer& client = lab.connect();
  client.send(kGet);
  check_ends(lab, client, "503 Service Unavailable");
  CHECK(logs(lab, "sC--"));
}

TEST_CASE("`timeout queue` ends a wait for room on a server") {
  Lab lab(site("http", " timeout queue 10m\n"));
  Peer& first = lab.connect();
  lab.reach_server(first);
  Peer& second = lab.connect();
  second.send(kGet);
  check_ends(lab, second, "503 Service Unavailable");
  CHECK(logs(lab, "sQ--"));
}

TEST_CASE("`timeout server` ends a wait for the response, and one for the rest of it") {
  Lab lab(site("http", " timeout server 10m\n"));
  Peer& client = lab.connect();
  Peer& server = lab.reach_server(client);
  SECTION("before its head") {
    check_ends(lab, client, "504 Gateway Time-out");
    CHECK(logs(lab, "sH--"));
  }
  SECTION("after its head") {
    server.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    client.read_until("\r\n\r\n");
    check_ends(lab, client, "");
    CHECK(logs(lab, "sD--"));
  }
  SECTION("not while it goes on") {
    server.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    client.read_until("\r\n\r\n");
    lab.pass(kAlmost);
    server.send("o");
    CHECK(client.read_until("o") == "o");
    lab.pass(kAlmost);
    server.send("k");
    CHECK(client.read_until("k") == "k");
  }
}

TEST_CASE("a PROXY header that does not come is waited for as long as `timeout client` says") {
  Lab lab(site("tcp", " timeout client 10m\n", "accept-proxy"));
  Peer& client = lab.connect();
  client.send("PROXY TCP4 ");
  check_ends(lab, client, "");
  CHECK_FALSE(lab.has_unexpected_connection());
}
