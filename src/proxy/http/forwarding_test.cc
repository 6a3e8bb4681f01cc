// SPDX-License-Identifier: MIT
// What changes hands from hop to hop, and what does not.
#include "proxy/testing.h"

using namespace hawser;

// What the server sees of a request with these fields.
static std::string forwarded_fields(std::string_view fields) {
  Lab lab(listen_with({}));
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

TEST_CASE("the settings of HTTP/2 in clear text are for one hop, whoever names them") {
  CHECK(forwarded_fields("HTTP2-Settings: AAMAAABk\r\n") == kGet);
  CHECK(forwarded_fields("Connection: close\r\nhttp2-settings: AAMAAABk\r\n") == kGet);
}

TEST_CASE("an Upgrade in an HTTP/1.0 request is ignored") {
  Lab lab(listen_with({}));
  Peer& client = lab.connect();
  client.send("GET / HTTP/1.0\r\nConnection: keep-alive, upgrade\r\nUpgrade: websocket\r\n\r\n");
  Peer& server = lab.accept();
  CHECK(server.read_until("\r\n\r\n") == "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  server.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
  CHECK(client.read_until("\r\n") == "HTTP/1.1 502 Bad Gateway\r\n");
  client.read_to_end();
}
