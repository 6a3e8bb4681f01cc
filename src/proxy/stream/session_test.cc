// SPDX-License-Identifier: MIT
// A client's connection before, between and after its requests.
#include <array>

#include "proxy/testing.h"

using namespace hawser;

namespace {

std::string site(std::string_view bind = "", std::string_view lines = "") {
  return listen_with(
      {.timeouts = " timeout client 1h\n timeout server 1h\n", .bind = bind, .lines = lines});
}

// The name by which the runtime socket knows the only session.
std::string name_of_session(Lab& lab) {
  const std::string shown = lab.worker().answer("show sess");
  return shown.substr(0, shown.find(':'));
}

}  // namespace

TEST_CASE("a request may come with the PROXY header, or after it") {
  const bool together = GENERATE(true, false);
  Lab lab(site("accept-proxy"));
  Peer& client = lab.connect();
  client.send("PROXY TCP4 192.0.2.1 198.51.100.2 1000 80\r\n");
  if (!together) lab.turn();
  Peer& server = lab.reach_server(client);
  CHECK(lab.worker().answer("show sess").find(" src=192.0.2.1:1000 ") != std::string::npos);
  answer(server, client);
  CHECK(lab.log_line().starts_with("192.0.2.1:1000 "));
}

TEST_CASE("a client that begins with anything but a PROXY header is let go, and counted") {
  Lab lab(site("accept-proxy"));
  Peer& client = lab.connect();
  client.send(kGet);
  CHECK(client.is_closed());
  CHECK(lab.has_loads(""));
  CHECK(lab.shared().frontend(0, 0).req_errors.value() == 1);
  CHECK_FALSE(lab.has_unexpected_connection());
}

TEST_CASE("between requests `http-keep-alive` counts, then `http-request`, then `client`") {
  struct Row {
    const char* timeouts;
    int minutes;
  };
  for (const Row& row : {Row{" timeout http-keep-alive 1m\n timeout http-request 10m\n", 1},
                         Row{" timeout http-request 10m\n", 10}, Row{"", 60}}) {
    INFO(row.timeouts);
    Lab lab(site("", row.timeouts));
    Peer& client = lab.connect();
    answer(lab.reach_server(client), client);
    lab.pass(Millis(row.minutes * 60'000 - 10'000));
    CHECK_FALSE(client.has_ended());
    lab.pass(Millis(20'000));
    CHECK(client.is_closed());
  }
}

TEST_CASE("what a client sends behind a refused request does not destroy the reply") {
  Lab lab(site());
  Peer& client = lab.connect();
  client.send("nonsense\r\n\r\n");
  CHECK(client.read_until("\r\n") == "HTTP/1.1 400 Bad request\r\n");
  client.read_to_end();
  client.send(std::string(100'000, 'x'));
  SECTION("it is read, until the client ends as well") {
    CHECK(lab.run_until([&] { return client.sent_all(); }));
    lab.turn();
    CHECK_FALSE(client.was_reset());
    client.close();
    CHECK(lab.has_loads(""));
  }
  SECTION("for a second, and no longer") {
    lab.turn();
    CHECK(lab.loads() == "conns=1 fe_conns=1");
    lab.pass(Millis(1100));
    CHECK(lab.has_loads(""));
  }
  SECTION("or as long as more comes, but not for ever") {
    int pieces = 0;
    for (; pieces < 200 && lab.loads() != ""; ++pieces) {
      client.send("x");
      lab.pass(Millis(400));
    }
    CHECK(pieces > 40);
    CHECK(pieces < 100);
  }
}

TEST_CASE("`option nolinger` ends with a reset") {
  Lab lab(site("", " option nolinger\n"));
  Peer& client = lab.connect();
  client.send("nonsense\r\n\r\n");
  CHECK(lab.run_until([&] { return client.has_ended(); }));
  CHECK(client.was_reset());
}

TEST_CASE("a client that has announced its last request is let go at once") {
  Lab lab(site());
  Peer& client = lab.connect();
  Peer& server = lab.reach_server(client, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  answer(server, client);
  CHECK(client.is_closed());
  CHECK(lab.has_loads("idle=1"));
}

TEST_CASE("a soft stop ends who is idle, and the others after their response") {
  Lab lab(site());
  Peer& idle = lab.connect();
  answer(lab.reach_server(idle), idle);
  Peer& busy = lab.connect();
  Peer& server = lab.reach_server(busy);
  bool finished = false;
  lab.worker().drain([&] { finished = true; });
  CHECK(idle.is_closed());
  lab.turn();
  CHECK_FALSE(finished);
  server.send(kOk);
  CHECK(busy.read_until("ok").find("\r\nConnection: close\r\n") != std::string::npos);
  CHECK(busy.is_closed());
  busy.close();
  CHECK(lab.run_until([&] { return finished; }));
}

TEST_CASE("a session can be shut down by the name that is shown for it") {
  Lab lab(site());
  Peer& client = lab.connect();
  Peer& server = lab.reach_server(client);
  CHECK(lab.worker().answer("shutdown session 0xffff") == "");
  CHECK(lab.worker().answer("shutdown session " + name_of_session(lab)) == "done\n");
  CHECK(client.is_closed());
  CHECK(server.is_closed());
  CHECK(lab.worker().answer("show sess") == "");
  CHECK(lab.log_line().find(" K--- ") != std::string::npos);
}

TEST_CASE("`http-reuse never` keeps a connection to each server that a client is balanced over") {
  Lab lab(listen_with({.timeouts = " timeout client 1h\n timeout server 1h\n",
                       .lines = " http-reuse never\n balance roundrobin\n",
                       .servers = " server a @s1\n server b @s2\n server c @s3\n"}),
          3);
  Peer& client = lab.connect();
  std::vector<Peer*> servers;
  for (size_t i = 1; i <= 3; ++i) {
    servers.push_back(&lab.reach_server(client, kGet, i));
    answer(*servers.back(), client);
  }
  for (Peer* server : servers) {
    client.send(kGet);
    CHECK(server->read_until("\r\n\r\n") == kGet);
    answer(*server, client);
  }
  SECTION("of its own") {
    Peer& other = lab.connect();
    answer(lab.reach_server(other), other);
    other.close();
  }
  SECTION("as long as the server does") {
    servers[0]->close();
    lab.turn();
    servers[0] = &lab.reach_server(client);
    answer(*servers[0], client);
  }
  client.close();
  for (Peer* server : servers) CHECK(server->is_closed());
}

TEST_CASE("`http-reuse never` keeps the connections to five servers at most") {
  std::string lines;
  for (int i = 1; i <= 6; ++i) lines += fmt::format(" server s{} @s{}\n", i, i);
  Lab lab(listen_with({.lines = " http-reuse never\n", .servers = lines}), 6);
  Peer& client = lab.connect();
  std::vector<Peer*> servers;
  for (size_t i = 1; i <= 6; ++i) {
    servers.push_back(&lab.reach_server(client, kGet, i));
    answer(*servers.back(), client);
  }
  CHECK(servers[5]->is_closed());
  for (size_t i = 0; i < 5; ++i) CHECK_FALSE(servers[i]->has_ended());
}

TEST_CASE("`option prefer-last-server` keeps to a server while a connection to it stands") {
  struct Row {
    const char* lines;
    bool keeps;
  };
  const Row row = GENERATE(Row{"", true}, Row{" http-reuse never\n", true},
                           Row{" option http-server-close\n", false});
  INFO(row.lines);
  Lab lab(listen_with({.lines = fmt::format(" option prefer-last-server\n{}", row.lines),
                       .servers = " server a @s1\n server b @s2\n"}),
          2);
  Peer& client = lab.connect();
  Peer& server = lab.reach_server(client);
  answer(server, client);
  if (row.keeps) {
    client.send(kGet);
    CHECK(server.read_until("\r\n\r\n") == kGet);
    answer(server, client);
    server.close();
    lab.turn();
  }
  answer(lab.reach_server(client, kGet, 2), client);
}

TEST_CASE("`option prefer-last-server` does not overrule a key") {
  Lab lab(listen_with({.lines = " option prefer-last-server\n http-reuse never\n balance uri\n",
                       .servers = " server a @s1\n server b @s2\n"}),
          2);
  const auto get = [](int path) {
    return fmt::format("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", path);
  };
  // Two paths that belong to different servers.
  std::array<int, 3> path_of{-1, -1, -1};
  for (int path = 0; path_of[1] < 0 || path_of[2] < 0; ++path) {
    REQUIRE(path < 100);
    Peer& client = lab.connect();
    client.send(get(path));
    const size_t server = lab.next_server();
    path_of[server] = path;
    Peer& reached = lab.accept(server);
    reached.read_until("\r\n\r\n");
    answer(reached, client);
    client.close();
  }
  Peer& client = lab.connect();
  for (const size_t server : {1, 2})
    answer(lab.reach_server(client, get(path_of[server]), server), client);
}

TEST_CASE("a connection on which a server wants NTLM or Negotiate stays its client's") {
  struct Row {
    const char* head;
    bool bound;
  };
  const Row row = GENERATE(
      Row{"401 Unauthorized\r\nWWW-Authenticate: Basic realm=x\r\nWWW-Authenticate: NTLM\r\n",
          true},
      Row{"401 Unauthorized\r\nwww-authenticate: negotiate abc\r\n", true},
      Row{"407 Proxy Authentication Required\r\nProxy-Authenticate: NTLM\r\n", true},
      Row{"401 Unauthorized\r\nWWW-Authenticate: Basic realm=x\r\n", false},
      Row{"200 OK\r\nWWW-Authenticate: NTLM\r\n", false});
  INFO(row.head);
  Lab lab(listen_with({.lines = " http-reuse always\n balance roundrobin\n",
                       .servers = " server a @s1\n server b @s2\n"}),
          2);
  Peer& client = lab.connect();
  Peer& a = lab.reach_server(client);
  a.send(fmt::format("HTTP/1.1 {}Content-Length: 2\r\n\r\nok", row.head));
  client.read_until("ok");
  Peer& others = lab.connect();
  Peer& b = lab.reach_server(others, kGet, 2);
  answer(b, others);
  client.send(kGet);  // and it is the turn of a
  CHECK(a.read_until("\r\n\r\n") == kGet);
  answer(a, client);
  Peer& next = row.bound ? a : b;
  client.send(kGet);  // and it is the turn of b
  CHECK(next.read_until("\r\n\r\n") == kGet);
  answer(next, client);
  others.send(kGet);
  Peer& third = row.bound ? lab.accept(1) : a;
  CHECK(third.read_until("\r\n\r\n") == kGet);
  answer(third, others);
}
