// SPDX-License-Identifier: MIT
#include "proxy/http/h1_parser.h"

#include <fmt/format.h>

#include <string>

#include "proxy/http/testing.h"

namespace hawser {
namespace {

using Kind = H1Parser::Kind;
using Status = H1Parser::Status;

constexpr std::string_view kGet =
    "GET /a/b?c=d HTTP/1.1\r\nHost: example.org\r\nX-Empty:\r\nAccept:  */* \r\n\r\n";

}  // namespace

TEST_CASE("a request head gives its parts, in whatever pieces it arrives") {
  for (const size_t step : {size_t{1}, size_t{2}, size_t{7}, SIZE_MAX}) {
    INFO("pieces of " << step);
    Parsed p(kGet, Kind::kRequest, step);
    REQUIRE(p.status == Status::kDone);
    CHECK(p.parser.head_size() == kGet.size());
    CHECK(p.head.method == "GET");
    CHECK(p.head.target == "/a/b?c=d");
    CHECK(p.head.path() == "/a/b");
    CHECK(p.head.query() == "c=d");
    CHECK(p.head.minor == 1);
    REQUIRE(p.head.fields.size() == 3);
    CHECK(p.head.find(HeaderId::kHost) == "example.org");
    CHECK(p.head.find("accept") == "*/*");
    CHECK(p.head.find("x-empty").empty());
    CHECK(p.head.body == BodyKind::kNone);
    CHECK(p.parser.body_done());
  }
}

TEST_CASE("an unchanged head is sent on as one piece, byte for byte") {
  Parsed p(kGet);
  Pieces pieces;
  write_head(p.head, pieces);
  CHECK(pieces.span().size() == 1);
  CHECK(written(p.head) == kGet);
}

TEST_CASE("a changed head is the old one with the difference") {
  Parsed p(kGet);
  p.head.drop("x-empty");
  p.head.add("X-Forwarded-For", "10.0.0.1");
  CHECK(written(p.head) ==
        "GET /a/b?c=d HTTP/1.1\r\nHost: example.org\r\nAccept:  */* \r\nX-Forwarded-For: "
        "10.0.0.1\r\n\r\n");
}

TEST_CASE("methods that llhttp does not know are requests like any other") {
  Parsed p("BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(p.status == Status::kDone);
  CHECK(p.head.method == "BREW");
  CHECK(p.head.target == "/pot");
}

TEST_CASE("requests that could be read in two ways are refused") {
  struct Row {
    const char* what;
    std::string bytes;
  };
  const std::string host = "Host: a\r\n";
  const std::string get = "GET / HTTP/1.1\r\n" + host;
  const std::string post = "POST / HTTP/1.1\r\n" + host;
  const std::string nul(1, '\0');
  for (const Row& row : std::initializer_list<Row>{
           {"Content-Length and Transfer-Encoding",
            post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"},
           {"Transfer-Encoding and Content-Length",
            post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"},
           {"two different lengths", post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n"},
           {"two equal lengths", post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n"},
           {"a list of lengths", post + "Content-Length: 5, 5\r\n\r\n"},
           {"a negative length", post + "Content-Length: -5\r\n\r\n"},
           {"a signed length", post + "Content-Length: +5\r\n\r\n"},
           {"a hexadecimal length", post + "Content-Length: 0x5\r\n\r\n"},
           {"an empty length", post + "Content-Length:\r\n\r\n"},
           {"a length with a blank in it", post + "Content-Length: 5 5\r\n\r\n"},
           {"a length beyond 64 bits", post + "Content-Length: 18446744073709551616\r\n\r\n"},
           {"an unknown last coding", post + "Transfer-Encoding: chunked, gzip\r\n\r\n"},
           {"a coding that is not chunked", post + "Transfer-Encoding: identity\r\n\r\n"},
           {"a coding that looks like chunked", post + "Transfer-Encoding: xchunked\r\n\r\n"},
           {"two codings",
            post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n"},
           {"a coding before chunked", post + "Transfer-Encoding: gzip, chunked\r\n\r\n"},
           {"chunked twice", post + "Transfer-Encoding: chunked, chunked\r\n\r\n"},
           {"chunked in two fields",
            post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"},
           {"a coding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"},
           {"obs-fold", get + "X: a\r\n b\r\n\r\n"},
           {"obs-fold with a tab", get + "X: a\r\n\tb\r\n\r\n"},
           {"a bare LF behind the request line", "GET / HTTP/1.1\n" + host + "\r\n"},
           {"a bare LF behind a field", "GET / HTTP/1.1\r\nHost: a\n\r\n"},
           {"a bare LF as the empty line", get + "\n"},
           {"a bare CR in a value", get + "X: a\rb\r\n\r\n"},
           {"a bare CR behind a value", get + "X: a\r\r\n\r\n"},
           {"a NUL in a value", fmt::format("{}X: a{}b\r\n\r\n", get, nul)},
           {"a control character in a value", get + "X: a\x01\r\n\r\n"},
           {"DEL in a value", get + "X: a\x7f\r\n\r\n"},
           {"a NUL in a name", fmt::format("{}X{}: a\r\n\r\n", get, nul)},
           {"a blank before the colon", get + "Content-Length : 5\r\n\r\n"},
           {"a tab before the colon", get + "X\t: 5\r\n\r\n"},
           {"a blank in a name", get + "X Y: 5\r\n\r\n"},
           {"a line without a colon", get + "nonsense\r\n\r\n"},
           {"an empty name", get + ": a\r\n\r\n"},
           {"a blank before the first field", "GET / HTTP/1.1\r\n " + host + "\r\n"},
           {"two blanks in the request line", "GET  / HTTP/1.1\r\n" + host + "\r\n"},
           {"a blank behind the version", "GET / HTTP/1.1 \r\n" + host + "\r\n"},
           {"a tab in the request line", "GET\t/ HTTP/1.1\r\n" + host + "\r\n"},
           {"no version", "GET /\r\n" + host + "\r\n"},
           {"HTTP/2 in the request line", "GET / HTTP/2.0\r\n" + host + "\r\n"},
           {"HTTP/0.9", "GET / HTTP/0.9\r\n" + host + "\r\n"},
           {"lower case", "GET / http/1.1\r\n" + host + "\r\n"},
           {"a NUL in the target", fmt::format("GET /{} HTTP/1.1\r\n{}\r\n", nul, host)},
           {"a target without slash", "GET index.html HTTP/1.1\r\n" + host + "\r\n"},
           {"an asterisk for GET", "GET * HTTP/1.1\r\n" + host + "\r\n"},
           {"a fragment", "GET /a#b HTTP/1.1\r\n" + host + "\r\n"},
           {"CONNECT without a port", "CONNECT a HTTP/1.1\r\n" + host + "\r\n"},
           {"CONNECT with a path", "CONNECT /a HTTP/1.1\r\n" + host + "\r\n"},
           {"CONNECT to another host", "CONNECT b:443 HTTP/1.1\r\n" + host + "\r\n"},
           {"CONNECT to another port", "CONNECT a:8080 HTTP/1.1\r\n" + host + "\r\n"},
           {"CONNECT to another default port", "CONNECT a:443 HTTP/1.1\r\nHost: a:80\r\n\r\n"},
           {"CONNECT with an empty Host", "CONNECT a:443 HTTP/1.1\r\nHost:\r\n\r\n"},
           {"the default port of another scheme", "GET http://a:443/ HTTP/1.1\r\n" + host + "\r\n"},
           {"two Hosts", get + host + "\r\n"},
           {"no Host in HTTP/1.1", "GET / HTTP/1.1\r\n\r\n"},
           {"a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
           {"a Host with userinfo", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"},
           {"a Host list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"},
           {"a Host that is not the target's", "GET http://b/ HTTP/1.1\r\n" + host + "\r\n"},
           {"userinfo in the target", "GET http://x@a/ HTTP/1.1\r\n" + host + "\r\n"},
           {"a TLS hello", "\x16\x03\x01\x02"},
           {"the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
       }) {
    INFO(row.what);
    CHECK(Parsed(row.bytes).status == Status::kBad);
    CHECK(Parsed(row.bytes, Kind::kRequest, 1).status == Status::kBad);
  }
}

TEST_CASE("requests that are unusual but clear are accepted") {
  for (const std::string& bytes : std::initializer_list<std::string>{
           "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
           "GET / HTTP/1.0\r\n\r\n",
           "GET http://a/ HTTP/1.1\r\nHost: A:80\r\n\r\n",
           "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
           "GET https://a/ HTTP/1.1\r\nHost: a:443\r\n\r\n",
           "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n",
           "CONNECT a:443 HTTP/1.1\r\nHost: A\r\n\r\n",
           "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
           "CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]\r\n\r\n",
           "GET / HTTP/1.1\r\nHost:\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: [::1]:8080\r\nX: \xc3\xa4\r\n\r\n",
       }) {
    INFO(bytes);
    CHECK(Parsed(bytes).status == Status::kDone);
  }
}

TEST_CASE("responses that could be read in two ways are refused") {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  for (const std::string& bytes : std::initializer_list<std::string>{
           ok + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
           ok + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
           ok + "Transfer-Encoding: gzip, chunked\r\n\r\n",
           ok + "Transfer-Encoding: gzip\r\n\r\n",
           ok + "X: a\r\n b\r\n\r\n",
           ok + "X : a\r\n\r\n",
           "HTTP/1.1 200 OK\nX: a\r\n\r\n",
           "HTTP/1.1  200 OK\r\n\r\n",
           "HTTP/1.1 20 OK\r\n\r\n",
           "HTTP/2.0 200 OK\r\n\r\n",
           "HTTP/1.1 200 O\rK\r\n\r\n",
           "SSH-2.0-OpenSSH\r\n",
       }) {
    INFO(bytes);
    CHECK(Parsed(bytes, Kind::kResponse).status == Status::kBad);
  }
}

TEST_CASE("the framing of a response follows from status and fields") {
  const auto body_of = [](std::string_view bytes) {
    Parsed p(bytes, Kind::kResponse);
    REQUIRE(p.status == Status::kDone);
    return p.head.body;
  };
  CHECK(body_of("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n") == BodyKind::kLength);
  CHECK(body_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") == BodyKind::kChunked);
  CHECK(body_of("HTTP/1.1 200 OK\r\n\r\n") == BodyKind::kUntilClose);
  CHECK(body_of("HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n") == BodyKind::kNone);
  CHECK(body_of("HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n") == BodyKind::kNone);
  CHECK(body_of("HTTP/1.1 100 Continue\r\n\r\n") == BodyKind::kNone);
  CHECK(body_of("HTTP/1.1 200\r\n\r\n") == BodyKind::kUntilClose);
}

TEST_CASE("a body ends where its length says, and the next message begins there") {
  Parsed p("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
  REQUIRE(p.status == Status::kDone);
  CHECK(p.parser.pass_body("he") == 2);
  CHECK_FALSE(p.parser.body_done());
  CHECK(p.parser.body_left() == 3);
  CHECK(p.parser.pass_body("lloGET /") == 3);
  CHECK(p.parser.body_done());
}

TEST_CASE("a chunked body passes with its framing, its trailers, and not a byte more") {
  const std::string body = "5;ext=1\r\nhello\r\n0\r\nX-Trailer: yes\r\n\r\n";
  for (const size_t step : {size_t{1}, size_t{3}, SIZE_MAX}) {
    INFO("pieces of " << step);
    Parsed p("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    REQUIRE(p.status == Status::kDone);
    const std::string input = body + "GET / HTTP/1.1\r\n";
    size_t passed = 0;
    while (!p.parser.body_done() && passed < input.size()) {
      const size_t n = p.parser.pass_body(std::string_view(input).substr(passed, step));
      REQUIRE(n > 0);
      passed += n;
    }
    CHECK(passed == body.size());
    CHECK(p.head.fields.size() == 2);
  }
}

TEST_CASE("the payload of a chunked body comes without its framing") {
  Parsed p("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", Kind::kResponse);
  std::string payload;
  CHECK(p.parser.pass_body_payload("2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n", payload) == 20);
  CHECK(payload == "abcde");
  CHECK(p.parser.body_done());
}

TEST_CASE("invalid chunk framing is refused") {
  for (const char* body :
       {"g\r\n", "-1\r\n", "5\nhello\r\n", "\r\n", "5\r\nhelloX\r\n", "5\r\nhello\n0\r\n\r\n",
        "10000000000000000\r\n", " 5\r\nhello\r\n", "5 \r\nhello\r\n", "0x5\r\nhello\r\n",
        "0\r\nX: a\n\r\n", "0\r\nX : a\r\n\r\n"}) {
    INFO(body);
    Parsed p("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    REQUIRE(p.status == Status::kDone);
    p.parser.pass_body(body);
    CHECK(p.parser.bad());
  }
}

TEST_CASE("header lines over the limit are refused, not dropped") {
  std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 101; ++i) bytes += "X: y\r\n";
  CHECK(Parsed(bytes + "\r\n").status == Status::kTooMany);
}

TEST_CASE("the options of Connection are known whatever stands beside them") {
  Parsed p(
      "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: foo , Upgrade,close\r\n\r\n");
  CHECK(p.head.says_close);
  CHECK(p.head.says_upgrade);
  CHECK_FALSE(p.head.says_keep_alive);
  Parsed alone("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n\r\n");
  CHECK_FALSE(alone.head.says_upgrade);
}

}  // namespace hawser
