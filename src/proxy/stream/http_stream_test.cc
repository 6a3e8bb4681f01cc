// SPDX-License-Identifier: MIT
// HTTP exchanges, seen from both ends.
#include "base/assert.h"
#include "proxy/testing.h"

using namespace hawser;

namespace {

const std::string kDefaults =
    "defaults\n mode http\n timeout connect 2s\n timeout client 4s\n timeout server 4s\n";

std::string listen_with(std::string_view lines, std::string_view server_words = "") {
  return fmt::format("{}listen l\n bind :1\n log @log\n option httplog\n{} server s @s1 {}\n",
                     kDefaults, lines, server_words);
}

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// Letters of the termination state in a line of `option httplog`.
std::string state_in(const std::string& line) {
  size_t at = 0;
  for (int column = 0; column < 9; ++column) at = line.find(' ', at + 1);
  return line.substr(at + 1, 4);
}

}  // namespace

TEST_CASE("a request goes out and its response comes back, on connections that stay") {
  Lab lab(listen_with(""));
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
  Lab lab(listen_with(""));
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
  Lab lab(listen_with(""));
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
  Lab lab(listen_with(""));
  Peer& client = lab.connect();
  client.send(kGet);
  Peer& server = lab.accept();
  server.read_until("\r\n\r\n");
  client.finish();
  lab.turn();
  server.send(kOk);
  CHECK(client.read_to_end() == kOk);
  CHECK(lab.has_loads("idle=1"));
}

TEST_CASE("a response of 8 MiB comes through byte for byte, however slow the client is") {
  Lab lab(listen_with(""));
  Peer& client = lab.connect();
  client.stop_reading();
  client.send(kGet);
  Peer& server = lab.accept();
  server.read_until("\r\n\r\n");
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

TEST_CASE("a request that its reused connection lost goes out again, unseen") {
  Lab lab(listen_with(""));
  Peer& client = lab.connect();
  client.send(kGet);
  Peer& first = lab.accept();
  first.read_until("\r\n\r\n");
  first.send(kOk);
  client.read_until("ok");
  client.send(kGet);
  CHECK(first.read_until("\r\n\r\n") == kGet);
  first.close();
  Peer& second = lab.accept();
  CHECK(second.read_until("\r\n\r\n") == kGet);
  second.send(kOk);
  CHECK(client.read_until("ok") == kOk);
  CHECK(lab.server_counters().retries.value() == 0);
}

TEST_CASE("a POST that the server's kernel has acknowledged is not sent again") {
  Lab lab(listen_with(""));
  Peer& client = lab.connect();
  client.send(kGet);
  Peer& first = lab.accept();
  first.read_until("\r\n\r\n");
  first.send(kOk);
  client.read_until("ok");
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
  first.read_until("x");
  first.close();
  CHECK(client.read_until("\r\n") == "HTTP/1.1 502 Bad Gateway\r\n");
  CHECK_FALSE(lab.has_unexpected_connection());
}

TEST_CASE("what a server sends on an idle connection answers nobody") {
  const std::string mode = GENERATE("never", "always");
  Lab lab(listen_with(" http-reuse " + mode + "\n"));
  Peer& client = lab.connect();
  client.send(kGet);
  Peer& first = lab.accept();
  first.read_until("\r\n\r\n");
  first.send(kOk);
  client.read_until("ok");
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
  Lab lab(listen_with(" http-reuse " + mode + "\n"));
  Peer& client = lab.connect();
  client.send(kGet);
  Peer& first = lab.accept();
  first.read_until("\r\n\r\n");
  first.send(kOk);
  client.read_until("ok");
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
  Lab lab(listen_with(""));
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

TEST_CASE("an early answer does not make the rest of the body a request") {
  // The server stops reading, and small buffers make sure that a part of the body stays with us.
  Lab lab("global\n tune.bufsize 128k\n tune.sndbuf.server 4608\n" + listen_with(""));
  const int small = 2304;
  REQUIRE(::setsockopt(lab.server_socket(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small) == 0);
  Peer& client = lab.connect();
  std::string body;
  while (body.size() < 100'000) body += "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
  client.send(fmt::format("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", body.size()));
  Peer& first = lab.accept();
  first.stop_reading();
  client.send(body);
  CHECK(lab.run_until([&] { return client.sent_all(); }));
  lab.turn();
  first.send(kOk);
  CHECK(client.read_until("ok") == kOk);
  client.send(kGet);
  // Not behind the cut body, and not as the bytes that were left of it.
  Peer& second = lab.accept();
  CHECK(second.read_until("\r\n\r\n") == kGet);
  first.go_on();
  CHECK(first.read_to_end().size() < body.size());
}

TEST_CASE("how an exchange ended is in the log") {
  Lab lab(listen_with(" retries 0\n"));
  Peer& client = lab.connect();
  client.send(kGet);
  Peer& server = lab.accept();
  server.read_until("\r\n\r\n");
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

TEST_CASE("a head that fills the buffer is refused, even when nothing is reserved for rewriting") {
  Lab lab("global\n tune.bufsize 2048\n tune.maxrewrite 0\n" + listen_with(""));
  Peer& client = lab.connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(4096, 'x'));
  CHECK(client.read_until("\r\n") == "HTTP/1.1 431 Request Header Fields Too Large\r\n");
  client.read_to_end();
}

TEST_CASE("a response head that fills the buffer is answered by 502") {
  Lab lab("global\n tune.bufsize 2048\n tune.maxrewrite 0\n" + listen_with(""));
  Peer& client = lab.connect();
  client.send(kGet);
  Peer& server = lab.accept();
  server.read_until("\r\n\r\n");
  server.send("HTTP/1.1 200 OK\r\nX: " + std::string(4096, 'x'));
  CHECK(client.read_until("\r\n") == "HTTP/1.1 502 Bad Gateway\r\n");
  client.read_to_end();
}

// What the server sees of a request with these fields.
static std::string forwarded_fields(std::string_view fields) {
  Lab lab(listen_with(""));
  Peer& client = lab.connect();
  client.send(fmt::format("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", fields));
  return lab.accept().read_until("\r\n\r\n");
}

TEST_CASE("fields that Connection names are not passed on, however short their names") {
  CHECK(forwarded_fields("Connection: X-Foo\r\nX-Foo: 1\r\n") == kGet);
  CHECK(forwarded_fields("Connection: close, x-foo\r\nX-Foo: 1\r\nKeep-Alive: 5\r\n") == kGet);
}

TEST_CASE("an Upgrade is passed on with its connection option, or not at all") {
  CHECK(forwarded_fields("Connection: upgrade\r\nUpgrade: websocket\r\n") ==
        "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
  CHECK(forwarded_fields("Upgrade: websocket\r\n") == kGet);
}

TEST_CASE("an Upgrade to HTTP/2 in clear text is not passed on, wherever it stands in the list") {
  CHECK(forwarded_fields("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                         "HTTP2-Settings: AAMAAABk\r\n") == kGet);
  CHECK(forwarded_fields("Connection: Upgrade\r\nUpgrade: foo/1, H2C\r\n") == kGet);
}

TEST_CASE("a server that switches protocols unasked is answered by 502") {
  Lab lab(listen_with(""));
  Peer& client = lab.connect();
  client.send(kGet);
  Peer& server = lab.accept();
  server.read_until("\r\n\r\n");
  server.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nraw");
  CHECK(client.read_until("\r\n") == "HTTP/1.1 502 Bad Gateway\r\n");
  client.read_to_end();
  CHECK(state_in(lab.log_line()) == "PH--");
}

TEST_CASE("interim responses wait for a client that does not read") {
  Lab lab(listen_with(""));
  Peer& client = lab.connect();
  client.stop_reading();
  client.send(kGet);
  Peer& server = lab.accept();
  server.read_until("\r\n\r\n");
  const std::string interim =
      "HTTP/1.1 103 Early Hints\r\nLink: " + std::string(8000, 'l') + "\r\n\r\n";
  std::string flood;
  while (flood.size() < (32 << 20)) flood += interim;
  server.send(flood + std::string(kOk));
  lab.turn(200);
  CHECK_FALSE(server.sent_all());  // it is made to wait, instead of filling our memory
  client.go_on();
  CHECK(client.read_bytes(flood.size()) == flood);
  CHECK(client.read_until("ok") == kOk);
}

TEST_CASE("a head behind interim ones may be as long as any") {
  Lab lab("global\n tune.bufsize 4096\n" + listen_with(""));
  Peer& client = lab.connect();
  client.send(kGet);
  Peer& server = lab.accept();
  server.read_until("\r\n\r\n");
  const std::string interim =
      "HTTP/1.1 103 Early Hints\r\nLink: " + std::string(2500, 'l') + "\r\n\r\n";
  const std::string last =
      "HTTP/1.1 200 OK\r\nX: " + std::string(3000, 'x') + "\r\nContent-Length: 2\r\n\r\nok";
  server.send(interim + last.substr(0, 1000));
  CHECK(client.read_until("\r\n\r\n") == interim);
  server.send(last.substr(1000));
  CHECK(client.read_until("ok") == last);
}

TEST_CASE("a client whose request is buffered is told to go on with its body") {
  Lab lab(listen_with(" option http-buffer-request\n"));
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

TEST_CASE("a connection that stays open behind an HTTP/1.0 response says so") {
  Lab lab(listen_with(""));
  Peer& client = lab.connect();
  client.send(kGet);
  Peer& server = lab.accept();
  server.read_until("\r\n\r\n");
  server.send("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok");
  CHECK(client.read_until("ok") ==
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok");
}

TEST_CASE("a client that has finished before its response came is let go with it") {
  Lab lab(listen_with(""));
  Peer& client = lab.connect();
  client.send(kGet);
  client.finish();
  Peer& server = lab.accept();
  server.read_until("\r\n\r\n");
  server.send(kOk);
  CHECK(client.read_until("ok") == kOk);
  CHECK(client.is_closed());
}

TEST_CASE("a response whose body begins with nonsense does not begin at the client") {
  Lab lab(listen_with(""));
  Peer& client = lab.connect();
  client.send(kGet);
  Peer& server = lab.accept();
  server.read_until("\r\n\r\n");
  server.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnochunk\r\n");
  CHECK(client.read_until("\r\n") == "HTTP/1.1 502 Bad Gateway\r\n");
  CHECK(state_in(lab.log_line()) == "PH--");
}
