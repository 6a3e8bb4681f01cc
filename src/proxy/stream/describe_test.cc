// SPDX-License-Identifier: MIT
// What `show sess` tells.
#include "proxy/testing.h"

using namespace hawser;

TEST_CASE("a session can be looked at by its name, or all of them") {
  Lab lab(
      listen_with({.timeouts = " timeout client 1h\n timeout server 1h\n", .bind = "name door"}));
  Peer& first = lab.connect();
  Peer& server =
      lab.reach_server(first, "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf");
  const std::string line_of_all = lab.worker().answer("show sess");
  const std::string name = line_of_all.substr(0, line_of_all.find(':'));
  Peer& second = lab.connect();
  answer(lab.reach_server(second), second);
  lab.pass(Millis(3'000));
  const std::string shown = lab.worker().answer("show sess " + name);
  INFO(shown);
  CHECK(shown.starts_with(name + ": ["));
  for (const std::string_view line :
       {" age=3s requests=1\n",
        "\n  frontend=l (id=1 mode=http), listener=door (id=1) addr=127.0.0.1:",
        "\n  backend=l (id=1 mode=http)\n",
        "\n  server=s (id=1) addr=127.0.0.1:", "\n  request=\"POST /x HTTP/1.1\" status=0\n",
        "\n  step=forward since=3", " expires=359", " connection=", " response=-1\n",
        "\n  client: fd=", " kept=", " idle=3", "\n  server: fd="}) {
    INFO(line);
    CHECK(shown.find(line) != std::string::npos);
  }
  const std::string all = lab.worker().answer("show sess all");
  INFO(all);
  CHECK(all.find(shown) != std::string::npos);
  CHECK(all.find("\n  idle, expires=359") != std::string::npos);
  CHECK(lab.worker().answer("show sess 0xffff") == "");
  server.close();
  CHECK(first.read_until("\r\n") == "HTTP/1.1 502 Bad Gateway\r\n");
}

TEST_CASE("a session that waits in a queue says where") {
  Lab lab(listen_with({.servers = " server s @s1 maxconn 1\n"}));
  Peer& first = lab.connect();
  Peer& server = lab.reach_server(first);
  Peer& second = lab.connect();
  second.send(kGet);
  lab.turn();
  const std::string all = lab.worker().answer("show sess all");
  INFO(all);
  CHECK(all.find("\n  queued on the backend, as number 1\n") != std::string::npos);
  second.reset();
  answer(server, first);
}
