// SPDX-License-Identifier: MIT
// Raw bytes: how long each side may keep the other waiting, and what becomes of them then. The
// worker's clock is the test's.
#include "proxy/testing.h"

using namespace hawser;

namespace {

std::string site(std::string_view timeouts, std::string_view lines = "") {
  const std::string all =
      fmt::format(" timeout connect 2h\n timeout client 2h\n timeout server 2h\n{}", timeouts);
  return listen_with({.mode = "tcp", .timeouts = all, .lines = lines});
}

constexpr Millis minutes(int count) { return Millis(count * 60'000); }

// Nothing happens to it until the time is almost over, and then it ends.
void check_ends(Lab& lab, Peer& peer, Millis time) {
  lab.pass(time - Millis(10'000));
  CHECK_FALSE(peer.has_ended());
  lab.pass(Millis(20'000));
  CHECK(peer.is_closed());
}

bool logs(Lab& lab, std::string_view state) {
  const std::string line = lab.log_line();
  UNSCOPED_INFO(line);
  return line.find(fmt::format(" {} ", state)) != std::string::npos;
}

}  // namespace

TEST_CASE("the silence of one side is the end of what it says, and the other may finish") {
  const bool by_client = GENERATE(true, false);
  Lab lab(site(by_client ? " timeout client 10m\n timeout server 20m\n"
                         : " timeout client 20m\n timeout server 10m\n"));
  Peer& client = lab.connect();
  Peer& server = lab.reach_raw(client, "question");
  Peer& silent = by_client ? client : server;
  Peer& other = by_client ? server : client;
  check_ends(lab, other, minutes(10));
  CHECK_FALSE(silent.has_ended());
  SECTION("with what it has to say") {
    other.send("goodbye");
    CHECK(silent.read_until("goodbye") == "goodbye");
    other.close();
    CHECK(silent.is_closed());
  }
  SECTION("or until its own timeout ends it") {
    check_ends(lab, silent, minutes(10) - Millis(10'000));
  }
  SECTION("or by a reset, for which it is not to blame") {
    other.reset();
    CHECK(silent.is_closed());
  }
  CHECK(logs(lab, by_client ? "cD" : "sD"));
  CHECK(lab.server_counters().client_aborts.value() == (by_client ? 1 : 0));
  CHECK(lab.server_counters().server_aborts.value() == (by_client ? 0 : 1));
}

TEST_CASE("whatever one side says gives both their time anew, however often it happens") {
  Lab lab(site(" timeout client 10m\n timeout server 10m\n"));
  Peer& client = lab.connect();
  Peer& server = lab.reach_raw(client, "question");
  for (int i = 0; i < 4; ++i) {
    lab.pass(minutes(6));
    client.send("more");
    CHECK(server.read_until("more") == "more");
    lab.pass(minutes(6));
    server.send("answer");
    CHECK(client.read_until("answer") == "answer");
  }
  check_ends(lab, client, minutes(10));
}

TEST_CASE("both sides that are silent for as long end together, and the client is blamed") {
  Lab lab(site(" timeout client 10m\n timeout server 10m\n"));
  Peer& client = lab.connect();
  Peer& server = lab.reach_raw(client, "question");
  check_ends(lab, client, minutes(10));
  CHECK(server.is_closed());
  CHECK(logs(lab, "cD"));
}

TEST_CASE("`timeout tunnel` takes the place of both from the beginning") {
  const bool spoken = GENERATE(true, false);
  Lab lab(site(" timeout client 1m\n timeout server 1m\n timeout tunnel 10m\n"));
  Peer& client = lab.connect();
  Peer& server = lab.accept();
  if (spoken) {
    client.send("question");
    CHECK(server.read_until("question") == "question");
  }
  check_ends(lab, client, minutes(10));
  CHECK(logs(lab, "cD"));
}

TEST_CASE("a side that is not listened to is not to blame for its silence") {
  const bool up = GENERATE(true, false);
  Lab lab(site(up ? " timeout client 1m\n timeout server 10m\n"
                  : " timeout client 10m\n timeout server 1m\n"));
  Peer& client = lab.connect();
  Peer& server = lab.reach_raw(client, "question");
  Peer& speaker = up ? client : server;
  Peer& deaf = up ? server : client;
  deaf.stop_reading();
  speaker.send(std::string(32 << 20, 'x'));
  lab.turn(200);  // until nothing moves any more
  check_ends(lab, speaker, minutes(10));
  CHECK(logs(lab, up ? "sD" : "cD"));
}

TEST_CASE("`option independent-streams` counts only what a side says") {
  const bool independent = GENERATE(true, false);
  Lab lab(site(" timeout client 10m\n", independent ? " option independent-streams\n" : ""));
  Peer& client = lab.connect();
  Peer& server = lab.reach_raw(client, "question");
  for (int i = 0; i < 4; ++i) {
    lab.pass(minutes(3));
    server.send("news");
    CHECK(client.read_until("news") == "news");
  }
  CHECK(server.has_ended() == independent);  // the client's silence was passed on
  server.send("more");
  CHECK(client.read_until("more") == "more");
}

TEST_CASE("after the end of one side the other is waited for, as long as its `-fin` timeout says") {
  SECTION("the server after the client") {
    Lab lab(site(" timeout client-fin 1m\n timeout server-fin 10m\n"));
    Peer& client = lab.connect();
    Peer& server = lab.reach_raw(client, "question");
    client.finish();
    CHECK(server.read_to_end() == "");
    check_ends(lab, client, minutes(10));
    CHECK(logs(lab, "sD"));
  }
  SECTION("the client after the server") {
    Lab lab(site(" timeout client-fin 10m\n timeout server-fin 1m\n"));
    Peer& client = lab.connect();
    Peer& server = lab.reach_raw(client, "question");
    server.finish();
    CHECK(client.read_to_end() == "");
    check_ends(lab, server, minutes(10));
    CHECK(logs(lab, "cD"));
  }
}

TEST_CASE("the end of one side gives the other one no more time than it has") {
  Lab lab(site(" timeout server 10m\n"));
  Peer& client = lab.connect();
  Peer& server = lab.reach_raw(client, "question");
  lab.pass(minutes(5));
  client.finish();
  CHECK(server.read_to_end() == "");
  check_ends(lab, client, minutes(5));
  CHECK(logs(lab, "sD"));
}

TEST_CASE("the `-fin` timeout of a side begins when the other one's silence has ended it") {
  Lab lab(site(" timeout client 10m\n timeout server-fin 1m\n"));
  Peer& client = lab.connect();
  Peer& server = lab.reach_raw(client, "question");
  check_ends(lab, server, minutes(10));
  check_ends(lab, client, minutes(1));
  CHECK(logs(lab, "cD"));
}

TEST_CASE("both sides that are silent for as long end together, whatever the `-fin` timeouts say") {
  Lab lab(site(" timeout client 10m\n timeout server 10m\n timeout server-fin 20m\n"));
  Peer& client = lab.connect();
  lab.reach_raw(client, "question");
  check_ends(lab, client, minutes(10));
}

TEST_CASE("what an upgrade began is over when its server is silent") {
  constexpr std::string_view kUpgrade =
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n";
  constexpr std::string_view kSwitch =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n";
  const bool by_client = GENERATE(true, false);
  Lab lab(listen_with({.timeouts = by_client ? " timeout client 10m\n timeout server 2h\n"
                                             : " timeout client 2h\n timeout server 10m\n"}));
  Peer& client = lab.connect();
  Peer& server = lab.reach_server(client, kUpgrade);
  server.send(kSwitch);
  client.read_until("\r\n\r\n");
  check_ends(lab, server, minutes(10));
  if (by_client) {
    CHECK_FALSE(client.has_ended());
    server.close();
  }
  CHECK(client.is_closed());
  CHECK(logs(lab, by_client ? "cD--" : "sD--"));
}
