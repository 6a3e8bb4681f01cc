// SPDX-License-Identifier: MIT
// A client that leaves in the middle: its server is let go at once, whatever it waits for.
#include "proxy/testing.h"

using namespace hawser;

namespace {

// No timeout ends what these tests wait for.
constexpr std::string_view kHours = " timeout client 1h\n timeout server 1h\n timeout queue 1h\n";
constexpr std::string_view kHalf = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
constexpr std::string_view kHalfPost =
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf";

std::string site(std::string_view lines, std::string_view servers = " server s @s1\n") {
  return listen_with({.timeouts = kHours, .lines = lines, .servers = servers});
}

bool logs(Lab& lab, std::string_view state) {
  const std::string line = lab.log_line();
  UNSCOPED_INFO(line);
  return line.find(fmt::format(" {} ", state)) != std::string::npos;
}

}  // namespace

TEST_CASE("a reset is noticed while the server is silent") {
  struct Row {
    const char* said;  // by the server, before
    const char* state;
  };
  const Row row = GENERATE(Row{"", "CH--"}, Row{"HTTP/1.1 103 Early Hints\r\n\r\n", "CH--"},
                           Row{"HTTP/1.1 200 OK\r\nContent-Le", "CH--"}, Row{kHalf.data(), "CD--"},
                           Row{"HTTP/1.1 200 OK\r\n\r\nhalf", "CD--"});
  INFO(row.said);
  Lab lab(site(""));
  Peer& client = lab.connect();
  Peer& server = lab.reach_server(client);
  server.send(row.said);
  lab.turn();
  client.reset();
  CHECK(server.is_closed());
  CHECK(logs(lab, row.state));
  CHECK(lab.shared().backend(0, 0).client_aborts.value() == 1);
}

TEST_CASE("a reset is noticed while the server does not take the request") {
  Lab lab(site(""));
  Peer& client = lab.connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 33554432\r\n\r\n");
  Peer& server = lab.accept();
  server.stop_reading();
  client.send(std::string(32 << 20, 'x'));
  lab.turn();
  client.reset();
  CHECK(logs(lab, "CD--"));
  server.go_on();
  server.read_to_end();
}

TEST_CASE("a client that has only ended its side reads on, unless `option abortonclose` is set") {
  const bool aborts = GENERATE(true, false);
  Lab lab(site(aborts ? " option abortonclose\n" : ""));
  Peer& client = lab.connect();
  Peer& server = lab.reach_server(client);
  server.send(kHalf);
  CHECK(client.read_until("half").ends_with("half"));
  client.finish();
  if (aborts) {
    CHECK(server.is_closed());
    CHECK(logs(lab, "CD--"));
  } else {
    lab.turn();
    server.send(std::string(96, 'x'));
    CHECK(client.read_to_end() == std::string(96, 'x'));
    CHECK(logs(lab, "----"));
  }
}

TEST_CASE("`option abortonclose` does not cut off what the server has said already") {
  Lab lab(site(" option abortonclose\n"));
  Peer& client = lab.connect();
  client.stop_reading();
  const size_t filled = lab.fill_socket(client);
  Peer& server = lab.reach_server(client);
  server.send(kOk);  // which the client's socket does not take yet
  lab.turn();
  client.finish();
  lab.turn();
  client.go_on();
  CHECK(client.read_bytes(filled + kOk.size()).ends_with(kOk));
}

TEST_CASE("a request that its client cuts off is not asked of a server that had no room") {
  Lab lab(site("", " server s @s1 maxconn 1\n"));
  Peer& first = lab.connect();
  Peer& server = lab.reach_server(first);
  Peer& second = lab.connect();
  SECTION("before the rest has come") {
    second.send(kHalfPost);
    lab.turn();
    second.finish();
    CHECK(second.read_until("\r\n") == "HTTP/1.1 400 Bad request\r\n");
    CHECK(logs(lab, "CQ--"));
    CHECK(lab.shared().backend(0, 0).client_aborts.value() == 1);
    answer(server, first);
    CHECK_FALSE(lab.has_unexpected_connection());
  }
  SECTION("but whole it is, although its client has finished") {
    second.send(kHalfPost);
    lab.turn();
    second.send(" whole");
    second.finish();
    lab.turn();
    CHECK_FALSE(second.has_ended());
    answer(server, first);
    Peer& again = lab.accept();
    CHECK(again.read_until("half whole").ends_with("\r\n\r\nhalf whole"));
    answer(again, second);
  }
  SECTION("and one that is larger than the buffer may be whole") {
    second.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
    lab.turn();
    second.send(std::string(100'000, 'x'));
    second.finish();
    lab.turn();
    CHECK_FALSE(second.has_ended());
    answer(server, first);
    Peer& again = lab.accept();
    again.read_until("\r\n\r\n");
    CHECK(again.read_bytes(100'000) == std::string(100'000, 'x'));
    answer(again, second);
  }
}

TEST_CASE("between two attempts to connect, a client that leaves is noticed at once") {
  struct Row {
    const char* lines;
    std::string_view request;
    bool resets;
    const char* said;
  };
  const Row row = GENERATE(Row{" option abortonclose\n", kGet, false, ""}, Row{"", kGet, true, ""},
                           Row{"", kHalfPost, false, "HTTP/1.1 400 Bad request\r\n"});
  INFO(row.lines << row.request << row.resets);
  Lab lab(site(fmt::format(" retries 3\n{}", row.lines)));
  lab.stop_server();
  Peer& client = lab.connect();
  client.send(row.request);
  lab.turn();  // a pause of a second before the next attempt
  row.resets ? client.reset() : client.finish();
  const std::string line = lab.log_line();
  CHECK(line.find(" CC-- ") != std::string::npos);
  CHECK(line.find("/1 0/0 ") != std::string::npos);  // one retry was meant
  if (!row.resets) CHECK(client.read_to_end().starts_with(row.said));
}

TEST_CASE("a request behind one that was aborted gets no answer") {
  Lab lab(site(" option abortonclose\n"));
  Peer& client = lab.connect();
  Peer& server = lab.reach_server(client);
  server.send(kHalf);
  client.read_until("half");
  client.send(kGet);
  client.finish();
  CHECK(server.is_closed());
  CHECK(logs(lab, "CD--"));
  CHECK(client.is_closed());
  CHECK_FALSE(lab.has_unexpected_connection());
}
