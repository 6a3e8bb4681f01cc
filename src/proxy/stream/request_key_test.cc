// SPDX-License-Identifier: MIT
// Where the key of a request comes from: what a client sends decides on its server.
#include <set>

#include "proxy/testing.h"

using namespace hawser;

namespace {

// Two servers, chosen by a key.
class Chooser {
 public:
  explicit Chooser(std::string_view balance, std::string_view mode = "http",
                   std::string_view bind = "")
      : lab_(listen_with({.mode = mode,
                          .bind = bind,
                          .lines = fmt::format(" balance {}\n", balance),
                          .servers = " server a @s1\n server b @s2\n"}),
             2) {}

  // The server that a connection with these bytes is meant for.
  char server_for(std::string_view bytes) {
    const uint64_t before[] = {sessions(0), sessions(1)};
    Peer& client = lab_.connect();
    client.send(bytes);
    REQUIRE(lab_.run_until([&] { return sessions(0) + sessions(1) != before[0] + before[1]; }));
    client.reset();
    lab_.turn();
    return sessions(0) != before[0] ? 'a' : 'b';
  }
  // The servers for a text with each of some keys in the place of "{}", as letters.
  std::string servers_for(std::string_view text) {
    std::string out;
    for (const char* key : {"0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008"})
      out += server_for(fmt::format(fmt::runtime(text), key));
    return out;
  }

 private:
  uint64_t sessions(uint32_t server) { return lab_.server_counters(server).sess_tot.value(); }
  Lab lab_;
};

bool has_both(const std::string& servers) {
  return std::set<char>(servers.begin(), servers.end()).size() == 2;
}

}  // namespace

TEST_CASE("a header field chooses by its value, however its name is spelt") {
  Chooser chooser("hdr(X-Key)");
  const std::string chosen = chooser.servers_for("GET / HTTP/1.1\r\nHost: a\r\nX-Key: {}\r\n\r\n");
  CHECK(has_both(chosen));
  CHECK(chooser.servers_for("GET /other HTTP/1.1\r\nHost: b\r\nx-kEY:  {} \r\n\r\n") == chosen);
}

TEST_CASE("a parameter chooses by its value, in the query and in the body") {
  Chooser chooser("url_param id check_post");
  const std::string chosen =
      chooser.servers_for("GET /x?y=1&id={}&z=2 HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(has_both(chosen));
  CHECK(chooser.servers_for("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nid={}&z=2") ==
        chosen);
}

TEST_CASE("a source chooses by the address that the PROXY header gives") {
  Chooser chooser("source", "tcp", "accept-proxy");
  std::string chosen;
  for (int host = 1; host <= 8; ++host) {
    const std::string header = fmt::format("PROXY TCP4 192.0.2.{} 198.51.100.1 ", host);
    chosen += chooser.server_for(header + "1000 80\r\n");
    CHECK(chooser.server_for(header + "2000 81\r\n") == chosen.back());  // not by ports
  }
  CHECK(has_both(chosen));
}

TEST_CASE("an RDP cookie chooses when the client's first bytes are there") {
  Chooser chooser("rdp-cookie(mstshash)", "tcp");
  const std::string packet = std::string("\x03\x00\x00\x27\x22\xe0\x00\x00\x00\x00\x00", 11) +
                             "Cookie: mstshash=user{}\r\n";
  const std::string chosen = chooser.servers_for(packet);
  CHECK(has_both(chosen));
  CHECK(chooser.servers_for(packet) == chosen);
}
