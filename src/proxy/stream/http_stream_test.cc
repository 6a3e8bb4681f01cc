// SPDX-License-Identifier: MIT
// HTTP exchanges, seen from both ends.
#include "base/assert.h"
#include "proxy/testing.h"

using namespace hawser;

namespace {

// Letters of the termination state in a line of `option httplog`.
std::string state_in(const std::string& line) {
  size_t at = 0;
  for (int column = 0; column < 9; ++column) at = line.find(' ', at + 1);
  return line.substr(at + 1, 4);
}

}  // namespace

TEST_CASE("a request goes out and its response comes back, on connections that stay") {
  Lab lab(listen_with({}));
  Peer& client = lab.connect();
  client.send(kGet);
  Peer& server = lab.accept();
  for (int round = 0; round < 3; ++round) {
    CHECK(server.read_until("\r\n\r\n") == kGet);
    server.send(kOk);
    CHECK(client.read_until("ok") == kOk);
    if (round < 2) client.send(kGet);
  }
  CHECK(lab.has_loads("conns=1 fe_conns=1 idle=1 idle_safe=1"));
  CHECK_FALSE(lab.has_unexpected_connection());
}

TEST_CASE("requests that came in one piece are answered one after the other") {
  Lab lab(listen_with({}));
  Peer& client = lab.connect();
  client.send(std::string(kGet) + std::string(kGet) + std::string(kGet));
  Peer& server = lab.accept();
  for (int round = 0; round < 3; ++round) {
    CHECK(server.read_until("\r\n\r\n") == kGet);
    lab.turn();
    CHECK(server.read_now() == "");  // not before the answer to the one before
    server.send(kOk);
    CHECK(client.read_until("ok") == kOk);
  }
}

TEST_CASE("a request behind a body that filled the buffer is not forgotten") {
  Lab lab(listen_with({}));
  Peer& client = lab.connect();
  const std::string body(1 << 20, 'b');
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048576\r\n\r\n";
  client.send(post + body + std::string(kGet));
  Peer& server = lab.accept();
  CHECK(server.read_until("\r\n\r\n") == post);
  CHECK(server.read_bytes(body.size()) == body);
  // Everything that the client sent is there before the response is.
  CHECK(lab.run_until([&] { return client.sent_all(); }));
  lab.turn();
  server.send(kOk);
  CHECK(client.read_until("ok") == kOk);
  CHECK(server.read_until("\r\n\r\n") == kGet);
  server.send(kOk);
  CHECK(client.read_until("ok") == kOk);
}

TEST_CASE("a client that leaves while its request is answered is not kept") {
  Lab lab(listen_with({}));
  Peer& client = lab.connect();
  Peer& server = lab.reach_server(client);
  client.finish();
  lab.turn();
  server.send(kOk);
  CHECK(client.read_to_end() == kOk);
  CHECK(lab.has_loads("idle=1"));
}

TEST_CASE("a response of 8 MiB comes through byte for byte, however slow the client is") {
  Lab lab(listen_with({}));
  Peer& client = lab.connect();
  client.stop_reading();
  Peer& server = lab.reach_server(client);
  std::string body;
  while (body.size() < (8 << 20)) body += fmt::format("{:08x}", body.size());
  const std::string head =
      fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.size());
  server.send(head + body);
  lab.turn(50);
  client.go_on();
  CHECK(client.read_until("\r\n\r\n") == head);
  CHECK(client.read_bytes(body.size()) == body);
  CHECK(lab.has_loads("conns=1 fe_conns=1 idle=1"));
}

TEST_CASE("a request that its reused connection lost goes out again, unseen and counted once") {
  Lab lab(listen_with({}));
  Peer& client = lab.connect();
  Peer& first = lab.reach_server(client);
  answer(first, client);
  client.send(kGet);
  CHECK(first.read_until("\r\n\r\n") == kGet);
  first.close();
  Peer& second = lab.accept();
  CHECK(second.read_until("\r\n\r\n") == kGet);
  second.send(kOk);
  CHECK(client.read_until("ok") == kOk);
  CHECK(lab.server_counters().retries.value() == 0);
  CHECK(lab.server_counters().req_tot.value() == 2);
  CHECK(lab.server_counters().sess_tot.value() == 2);
}

TEST_CASE("a POST that the server's kernel has acknowledged is not sent again") {
  Lab lab(listen_with({}));
  Peer& client = lab.connect();
  Peer& first = lab.reach_server(client);
  answer(first, client);
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
  first.read_until("x");
  first.close();
  CHECK(client.read_until("\r\n") == "HTTP/1.1 502 Bad Gateway\r\n");
  CHECK_FALSE(lab.has_unexpected_connection());
}

TEST_CASE("what a server sends on an idle connection answers nobody") {
  const std::string mode = GENERATE("never", "always");
  Lab lab(listen_with({.lines = " http-reuse " + mode + "\n"}));
  Peer& client = lab.connect();
  Peer& first = lab.reach_server(client);
  answer(first, client);
  lab.turn();
  first.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad");
  lab.turn();
  client.send(kGet);
  Peer& second = lab.accept();
  CHECK(second.read_until("\r\n\r\n") == kGet);
  second.send(kOk);
  CHECK(client.read_until("ok") == kOk);
}

TEST_CASE("what a server sends in the turn of the next request does not answer it") {
  const std::string mode = GENERATE("never", "always");
  const bool request_first = GENERATE(true, false);
  Lab lab(listen_with({.lines = " http-reuse " + mode + "\n"}));
  Peer& client = lab.connect();
  Peer& first = lab.reach_server(client);
  answer(first, client);
  lab.turn();
  if (request_first) client.send(kGet);
  first.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad");
  if (!request_first) client.send(kGet);
  Peer& second = lab.accept();
  CHECK(second.read_until("\r\n\r\n") == kGet);
  second.send(kOk);
  CHECK(client.read_until("ok") == kOk);
}

TEST_CASE("the body of a POST can't make its answer one to HEAD") {
  Lab lab(listen_with({}));
  Peer& client = lab.connect();
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 24001\r\n\r\n";
  client.send(head + "x");
  Peer& server = lab.accept();
  CHECK(server.read_bytes(head.size() + 1) == head + "x");
  // The half of a response head keeps a buffer; the rest of the body comes where the request was.
  server.send("HTTP/1.1 2");
  lab.turn();
  std::string rest;
  while (rest.size() < 24'000) rest += "HEAD";
  client.send(rest);
  CHECK(server.read_bytes(rest.size()) == rest);
  server.send("00 OK\r\nContent-Length: 2\r\n\r\nok");
  CHECK(client.read_bytes(kOk.size()) == kOk);
}

TEST_CASE("how an exchange ended is in the log") {
  Lab lab(listen_with({.lines = " retries 0\n"}));
  Peer& client = lab.connect();
  Peer& server = lab.reach_server(client);
  SECTION("as it should") {
    server.send(kOk);
    CHECK(state_in(lab.log_line()) == "----");
  }
  SECTION("the server closes without an answer") {
    server.close();
    CHECK(client.read_until("\r\n") == "HTTP/1.1 502 Bad Gateway\r\n");
    CHECK(state_in(lab.log_line()) == "SH--");
  }
  SECTION("the server answers nonsense") {
    server.send("nonsense\r\n");
    CHECK(client.read_until("\r\n") == "HTTP/1.1 502 Bad Gateway\r\n");
    CHECK(state_in(lab.log_line()) == "PH--");
  }
  SECTION("the server closes in the middle of the body") {
    server.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
    server.close();
    CHECK(client.read_to_end().ends_with("ab"));
    CHECK(state_in(lab.log_line()) == "SD--");
  }
  SECTION("the client resets while it waits") {
    client.reset();
    CHECK(state_in(lab.log_line()) == "CH--");
    CHECK(server.is_closed());
  }
  SECTION("the client resets in the middle of the body") {
    server.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
    client.read_until("ab");
    client.reset();
    server.send("c");
    CHECK(state_in(lab.log_line()) == "CD--");
    CHECK(server.is_closed());
  }
}

TEST_CASE("a server that switches protocols unasked is answered by 502") {
  Lab lab(listen_with({}));
  Peer& client = lab.connect();
  Peer& server = lab.reach_server(client);
  server.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nraw");
  CHECK(client.read_until("\r\n") == "HTTP/1.1 502 Bad Gateway\r\n");
  client.read_to_end();
  CHECK(state_in(lab.log_line()) == "PH--");
  CHECK(lab.worker().answer("show errors").find("101 without a request to upgrade") !=
        std::string::npos);
}

TEST_CASE("a response whose first chunk is invalid is answered by 502") {
  Lab lab(listen_with({.lines = " retries 0\n"}));
  Peer& client = lab.connect();
  Peer& server = lab.reach_server(client);
  SECTION("with its head") {
    server.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n");
    CHECK(client.read_until("\r\n") == "HTTP/1.1 502 Bad Gateway\r\n");
    client.read_to_end();
    CHECK(state_in(lab.log_line()) == "PH--");
  }
  SECTION("behind a head that is with the client: the connection ends without the last chunk") {
    server.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    client.read_until("\r\n\r\n");
    server.send("xyz\r\n");
    CHECK(client.read_to_end() == "");
    CHECK(state_in(lab.log_line()) == "PD--");
  }
  CHECK(lab.worker().answer("show errors").find("invalid response") != std::string::npos);
}

TEST_CASE("a connection that stays open behind an HTTP/1.0 response says so") {
  Lab lab(listen_with({}));
  Peer& client = lab.connect();
  Peer& server = lab.reach_server(client);
  server.send("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok");
  CHECK(client.read_until("ok") ==
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok");
}

TEST_CASE("a client that has finished before its response came is let go with it") {
  Lab lab(listen_with({}));
  Peer& client = lab.connect();
  client.send(kGet);
  client.finish();
  Peer& server = lab.accept();
  server.read_until("\r\n\r\n");
  answer(server, client);
  CHECK(client.is_closed());
}

TEST_CASE("a response whose body begins with nonsense does not begin at the client") {
  Lab lab(listen_with({}));
  Peer& client = lab.connect();
  Peer& server = lab.reach_server(client);
  server.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnochunk\r\n");
  CHECK(client.read_until("\r\n") == "HTTP/1.1 502 Bad Gateway\r\n");
  CHECK(state_in(lab.log_line()) == "PH--");
}
