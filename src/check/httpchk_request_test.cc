// SPDX-License-Identifier: MIT
#include "check/httpchk_request.h"

#include "base/testing.h"

namespace hawser {
namespace {

TEST_CASE("httpchk sends what HAProxy sends") {
  struct Row {
    const char *method, *uri, *version, *request;
  };
  for (const Row& row : {
           Row{"OPTIONS", "/", "HTTP/1.0", "OPTIONS / HTTP/1.0\r\n\r\n"},
           Row{"GET", "/x", "HTTP/1.1", "GET /x HTTP/1.1\r\nconnection: close\r\n\r\n"},
           Row{"GET", "/x", "HTTP/1.1\r\nHost: www",
               "GET /x HTTP/1.1\r\nhost: www\r\nconnection: close\r\n\r\n"},
           Row{"GET", "/", "HTTP/1.1\r\nhost:www\r\nX-A: \t b \r\n",
               "GET / HTTP/1.1\r\nhost: www\r\nx-a: b\r\nconnection: close\r\n\r\n"},
           Row{"OPTIONS", "*", "HTTP/1.1", "OPTIONS * HTTP/1.1\r\nconnection: close\r\n\r\n"},
           Row{"POST", "/p", "HTTP/1.1",
               "POST /p HTTP/1.1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"},
           Row{"PUT", "/p", "HTTP/1.0", "PUT /p HTTP/1.0\r\ncontent-length: 0\r\n\r\n"},
           Row{"DELETE", "/", "HTTP/1.0", "DELETE / HTTP/1.0\r\n\r\n"},
           Row{"get", "/", "HTTP/1.0", "get / HTTP/1.0\r\ncontent-length: 0\r\n\r\n"},
           Row{"GET", "/x", "HTTP/1.1\r\nHost: www\r\n\r\nBODY",
               "GET /x HTTP/1.1\r\nhost: www\r\ncontent-length: 4\r\nconnection: "
               "close\r\n\r\nBODY"},
           Row{"POST", "/x", "HTTP/1.0\r\n\r\nBODY",
               "POST /x HTTP/1.0\r\ncontent-length: 4\r\n\r\nBODY"},
           Row{"POST", "/x", "HTTP/1.0\r\nContent-Length: 4\r\nA: b\r\n\r\nBODY",
               "POST /x HTTP/1.0\r\ncontent-length: 4\r\na: b\r\n\r\nBODY"},
           Row{"GET", "/", "HTTP/1.1\r\nHost: a\r\nConnection: close",
               "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"},
           Row{"GET", "/", "HTTP/1.0\r\nConnection: keep-alive", "GET / HTTP/1.0\r\n\r\n"},
       }) {
    INFO(row.method << ' ' << row.uri << ' ' << row.version);
    const auto request = httpchk_request(row.method, row.uri, row.version);
    REQUIRE(request);
    CHECK(*request == row.request);
  }
}

TEST_CASE("httpchk refuses what would be no request") {
  struct Row {
    const char *version, *problem;
  };
  for (const Row& row : {
           Row{"b", "HTTP/1.0 or HTTP/1.1 is expected, got 'b'"},
           Row{"", "HTTP/1.0 or HTTP/1.1 is expected, got ''"},
           Row{"HTTP/2", "HTTP/1.0 or HTTP/1.1 is expected, got 'HTTP/2'"},
           Row{"HTTP/1.1\nHost: a", "HTTP/1.0 or HTTP/1.1 is expected, got 'HTTP/1.1\\x0aHost: a'"},
           Row{"HTTP/1.1\r\nnocolon",
               "'nocolon' is not a header line: a name, a colon and a value are expected"},
           Row{"HTTP/1.1\r\nX Y: 1",
               "'X Y: 1' is not a header line: a name, a colon and a value are expected"},
           Row{"HTTP/1.1\r\n: 1",
               "': 1' is not a header line: a name, a colon and a value are expected"},
           Row{"HTTP/1.1\r\nA: b\nc", "control character in the header line 'A: b\\x0ac'"},
           Row{"HTTP/1.1\r\nHost: a\r\nhost: b", "more than one host header"},
           Row{"HTTP/1.1\r\nTransfer-Encoding: chunked",
               "transfer-encoding cannot be chosen: the request's body is sent with its length"},
           Row{"HTTP/1.1\r\nContent-Length: 5\r\n\r\nBODY",
               "content-length '5' does not fit a body of 4 bytes"},
           Row{"HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 0",
               "content-length '0' does not fit a body of 0 bytes"},
       }) {
    const auto request = httpchk_request("GET", "/", row.version);
    REQUIRE_FALSE(request);
    CHECK(request.error().text == row.problem);
  }
  CHECK(check_httpchk_method("GET"));
  CHECK_FALSE(check_httpchk_method(""));
  CHECK_FALSE(check_httpchk_method("G T"));
  CHECK(check_httpchk_uri("/a?b=c"));
  CHECK_FALSE(check_httpchk_uri(""));
  CHECK_FALSE(check_httpchk_uri("/a b"));
  CHECK_FALSE(check_httpchk_uri("/a\r\nX: y"));
}

}  // namespace
}  // namespace hawser
