// SPDX-License-Identifier: MIT
#include "proxy/http/h1_scan.h"

#include <string>
#include <vector>

#include "proxy/http/testing.h"

namespace hawser {
namespace {

using Kind = H1Parser::Kind;

constexpr uint32_t kMaxFields = 101;

size_t scanned(std::string_view bytes, Kind kind) {
  Head head;
  HeadFacts facts;
  return kind == Kind::kRequest ? scan_request_head(bytes, kMaxFields, head, facts)
                                : scan_response_head(bytes, kMaxFields, head, facts);
}

std::string request_with(std::string_view fields) {
  return message_with("GET /a HTTP/1.1", "Host: a\n" + std::string(fields));
}
std::string response_with(std::string_view fields) {
  return message_with("HTTP/1.1 200 OK", fields);
}

}  // namespace

TEST_CASE("usual heads are taken apart as llhttp would") {
  struct Row {
    Kind kind;
    std::string bytes;
  };
  std::vector<Row> rows;
  for (const char* method : {"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"}) {
    rows.push_back({Kind::kRequest, message_with(std::string(method) + " /a/b?c=d&e=%20 HTTP/1.1",
                                                 "Host: example.org:8080\n")});
  }
  for (const char* fields :
       {"", "X:\n", "X: \n", "X:a\n", "X:   a  \n", "X: a b\tc\n", "X: \xc3\xa4\n",
        "Connection: close\n", "Connection: keep-alive, X\n", "Content-Length: 0\n",
        "Content-Length: 999999999999999999\n", "Expect: 100-continue\n",
        "X: 1234567\nX: 12345678\nX: 123456789\nX: 123456789abcdef0123456789\n",
        "!#$%&'*+-.^_`|~09azAZ: every character of a token\n"}) {
    rows.push_back({Kind::kRequest, request_with(fields)});
    rows.push_back({Kind::kResponse, response_with(fields)});
  }
  rows.push_back({Kind::kRequest, message_with("GET / HTTP/1.0", "")});
  rows.push_back({Kind::kResponse, message_with("HTTP/1.0 404 Not Found", "X: a\n")});
  rows.push_back({Kind::kResponse, message_with("HTTP/1.1 204 No Content", "X: a\n")});
  rows.push_back({Kind::kResponse, message_with("HTTP/1.1 100 Continue", "")});
  for (const Row& row : rows) {
    INFO(row.bytes);
    // A tab is rare enough to be left alone.
    CHECK((scanned(row.bytes, row.kind) != 0) == (row.bytes.find('\t') == std::string::npos));
    // Cut in two, a head is llhttp's.
    const Parsed whole(row.bytes, row.kind), cut(row.bytes, row.kind, row.bytes.size() - 1);
    REQUIRE(whole.status == H1Parser::Status::kDone);
    REQUIRE(cut.status == H1Parser::Status::kDone);
    CHECK(whole.parser.head_size() == cut.parser.head_size());
    CHECK(parts_of(whole) == parts_of(cut));
  }
}

TEST_CASE("a head ends where its empty line does") {
  const std::string head = request_with("X: a\n");
  CHECK(scanned(head + "GET / HTTP/1.1\r\n", Kind::kRequest) == head.size());
  for (size_t size = 0; size < head.size(); ++size) {
    INFO(size);
    CHECK(scanned(std::string_view(head).substr(0, size), Kind::kRequest) == 0);
  }
}

TEST_CASE("every control character ends a value, wherever it stands") {
  for (int c = 0; c < 256; ++c) {
    const size_t first = c == '\t' ? 1 : 0;  // in front of the value it is a blank
    for (size_t at = first; at < 17; ++at) {
      std::string value = "0123456789abcdefg";
      value[at] = static_cast<char>(c);
      INFO("character " << c << " at " << at);
      const std::string head = "GET / HTTP/1.1\r\nHost: a\r\nX: " + value + "\r\n\r\n";
      CHECK((scanned(head, Kind::kRequest) == 0) == (c < 0x20 || c == 0x7f));
    }
  }
}

TEST_CASE("what is broken, or only unusual, is left to llhttp") {
  for (const std::string& bytes : std::initializer_list<std::string>{
           "",
           "\r\n" + request_with(""),
           message_with("BREW / HTTP/1.1", "Host: a\n"),
           message_with("get / HTTP/1.1", "Host: a\n"),
           message_with("GETS / HTTP/1.1", "Host: a\n"),
           message_with("GET  / HTTP/1.1", "Host: a\n"),
           message_with("GET\t/ HTTP/1.1", "Host: a\n"),
           message_with("GET / HTTP/1.1 ", "Host: a\n"),
           message_with("GET / HTTP/1.2", "Host: a\n"),
           message_with("GET / HTTP/2.0", "Host: a\n"),
           message_with("GET /", "Host: a\n"),
           message_with("GET /a#b HTTP/1.1", "Host: a\n"),
           message_with("GET /\x7f HTTP/1.1", "Host: a\n"),
           message_with("GET /\xc3\xa4 HTTP/1.1", "Host: a\n"),
           message_with("GET http://a/ HTTP/1.1", "Host: a\n"),
           message_with("OPTIONS * HTTP/1.1", "Host: a\n"),
           message_with("CONNECT a:443 HTTP/1.1", "Host: a\n"),
           "GET / HTTP/1.1\nHost: a\n\n",
           request_with("X : a\n"),
           request_with(": a\n"),
           request_with("X Y: a\n"),
           request_with("X\n"),
           request_with("X: a\n b\n"),
           request_with(" X: a\n"),
           request_with("Transfer-Encoding: chunked\n"),
           request_with("Upgrade: websocket\n"),
           request_with("Content-Length: 1\nContent-Length: 1\n"),
           request_with("Content-Length:\n"),
           request_with("Content-Length: +1\n"),
           request_with("Content-Length: 1 1\n"),
           request_with("Content-Length: 1, 1\n"),
           request_with("Content-Length: 0x1\n"),
           request_with("Content-Length: 1000000000000000000\n"),
       }) {
    INFO(bytes);
    CHECK(scanned(bytes, Kind::kRequest) == 0);
  }
  for (const std::string& bytes : std::initializer_list<std::string>{
           message_with("HTTP/1.1 200", ""),
           message_with("HTTP/1.1 200 ", ""),
           message_with("HTTP/1.1 200 O\tK", ""),
           message_with("HTTP/1.1 20 OK", ""),
           message_with("HTTP/1.1 2000 OK", ""),
           message_with("HTTP/1.1 000 OK", ""),
           message_with("HTTP/1.1  200 OK", ""),
           message_with("HTTP/2.0 200 OK", ""),
           response_with("Transfer-Encoding: chunked\n"),
           message_with("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket\n"),
       }) {
    INFO(bytes);
    CHECK(scanned(bytes, Kind::kResponse) == 0);
  }
}

TEST_CASE("a head with more fields than allowed is left to llhttp, which counts them") {
  std::string fields;
  for (uint32_t i = 1; i < kMaxFields; ++i) fields += "X: y\n";
  CHECK(scanned(request_with(fields), Kind::kRequest) != 0);
  CHECK(scanned(request_with(fields + "X: y\n"), Kind::kRequest) == 0);
}

}  // namespace hawser
