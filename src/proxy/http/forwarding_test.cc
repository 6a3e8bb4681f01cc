// SPDX-License-Identifier: MIT
// What changes hands from hop to hop, and what does not.
#include "proxy/http/forwarding.h"

#include "proxy/http/testing.h"
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

TEST_CASE("a client cannot have framing or routing removed") {
  CHECK(forwarded_fields("Connection: content-length, host\r\nContent-Length: 0\r\n") ==
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
  CHECK(forwarded_fields("Connection: transfer-encoding\r\nTransfer-Encoding: chunked\r\n") ==
        "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
}

// The fields behind Host that a server gets from a client whose address a PROXY header gives.
static std::string forwarded(std::string_view lines, std::string_view client,
                             std::string_view sent = "") {
  Lab lab(listen_with({.bind = "accept-proxy", .lines = lines}));
  Peer& peer = lab.connect();
  peer.send(fmt::format("PROXY {}\r\n{}", client,
                        message_with("GET / HTTP/1.1", "Host: a\n" + std::string(sent))));
  Parsed request(lab.accept().read_until("\r\n\r\n"));
  REQUIRE(request.status == H1Parser::Status::kDone);
  return fields_of(request.head).substr(8);
}

static constexpr std::string_view kV4 = "TCP4 192.0.2.1 198.51.100.2 1000 80";
static constexpr std::string_view kV6 = "TCP6 2001:db8::1 2001:db8::2 1000 80";

TEST_CASE("Proxy-Connection counts in a request to a proxy only") {
  struct Row {
    const char* start_line;
    const char* field;
    bool close, keep;
  };
  for (const Row& row :
       {Row{"GET http://a/ HTTP/1.1", "Proxy-Connection: close\n", true, false},
        Row{"GET http://a/ HTTP/1.1", "Proxy-Connection: keep-alive\n", false, true},
        Row{"GET / HTTP/1.1", "Proxy-Connection: close\n", false, false},
        Row{"GET http://a/ HTTP/1.1", "Connection: close\n", true, false}}) {
    INFO(row.start_line << ", " << row.field);
    Parsed request(message_with(row.start_line, std::string("Host: a\n") + row.field));
    REQUIRE(request.status == H1Parser::Status::kDone);
    use_proxy_connection(request.head);
    CHECK(request.head.says_close == row.close);
    CHECK(request.head.says_keep_alive == row.keep);
  }
}

TEST_CASE("forwardfor tells the server who the client is") {
  CHECK(forwarded("", kV4) == "");
  CHECK(forwarded(" option forwardfor\n", kV4) == "X-Forwarded-For: 192.0.2.1\n");
  CHECK(forwarded(" option forwardfor\n", kV6) == "X-Forwarded-For: 2001:db8::1\n");
  CHECK(forwarded(" option forwardfor header X-Client\n", kV4) == "X-Client: 192.0.2.1\n");
  // Another proxy's word stays, and ours stands behind it.
  CHECK(forwarded(" option forwardfor\n", kV4, "X-Forwarded-For: 10.0.0.1\n") ==
        "X-Forwarded-For: 10.0.0.1\nX-Forwarded-For: 192.0.2.1\n");
  CHECK(forwarded(" option forwardfor if-none\n", kV4, "x-forwarded-for: 10.0.0.1\n") ==
        "x-forwarded-for: 10.0.0.1\n");
}

TEST_CASE("forwardfor leaves out the networks of `except`, to the bit") {
  CHECK(forwarded(" option forwardfor except 192.0.2.0/31\n", kV4) == "");
  CHECK(forwarded(" option forwardfor except 192.0.2.2/31\n", kV4) ==
        "X-Forwarded-For: 192.0.2.1\n");
  CHECK(forwarded(" option forwardfor except 192.0.2.1\n", kV4) == "");
  CHECK(forwarded(" option forwardfor except 192.0.2.0/24\n", kV6) ==
        "X-Forwarded-For: 2001:db8::1\n");
}

TEST_CASE("originalto tells the server whom the client wanted") {
  CHECK(forwarded(" option originalto\n", kV4) == "X-Original-To: 198.51.100.2\n");
}

TEST_CASE("Forwarded quotes what is no plain name (RFC 7239)") {
  CHECK(forwarded(" option forwarded\n", kV4) == "Forwarded: proto=http;for=192.0.2.1\n");
  CHECK(forwarded(" option forwarded\n", kV6) == "Forwarded: proto=http;for=\"[2001:db8::1]\"\n");
  CHECK(forwarded(" option forwarded proto host by by_port for for_port\n", kV4) ==
        "Forwarded: proto=http;host=a;by=\"198.51.100.2:80\";for=\"192.0.2.1:1000\"\n");
}
