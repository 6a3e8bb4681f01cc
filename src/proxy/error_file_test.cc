// SPDX-License-Identifier: MIT
#include "proxy/error_file.h"

#include "base/testing.h"

using namespace hawser;

TEST_CASE("an error response is kept as it is, with the line ends of its head mended") {
  const auto kept = [](std::string_view raw) { return *check_error_response(raw); };
  CHECK(kept("HTTP/1.0 503 X\r\nA: b\r\n\r\nbody\n") == "HTTP/1.0 503 X\r\nA: b\r\n\r\nbody\n");
  CHECK(kept("HTTP/1.1 503 X\nA: b\n\nbody\n") == "HTTP/1.1 503 X\r\nA: b\r\n\r\nbody\n");
  CHECK(kept("HTTP/1.1 200\r\n\r\n") == "HTTP/1.1 200\r\n\r\n");
  CHECK(kept("HTTP/1.1 503 X\r\nContent-Length: 4\r\n\r\nbody") ==
        "HTTP/1.1 503 X\r\nContent-Length: 4\r\n\r\nbody");
  CHECK(kept("HTTP/1.1 304 X\r\nContent-Length: 4\r\n\r\n") ==
        "HTTP/1.1 304 X\r\nContent-Length: 4\r\n\r\n");
  CHECK(kept("").empty());
}

TEST_CASE("an error response that a client could misread is refused") {
  const auto refusal = [](std::string_view raw) {
    const auto result = check_error_response(raw);
    return result ? std::string("accepted") : result.error().text;
  };
  constexpr std::string_view kNoStatus =
      "it does not begin with a status line, as in 'HTTP/1.1 503 Service Unavailable'";
  CHECK(refusal("<html>") == kNoStatus);
  CHECK(refusal("<html>\n<body>\n") == kNoStatus);
  CHECK(refusal("HTTP/2.0 503 X\r\n\r\n") == kNoStatus);
  CHECK(refusal("HTTP/1.1 5O3 X\r\n\r\n") == kNoStatus);
  CHECK(refusal("HTTP/1.1 5033 X\r\n\r\n") == kNoStatus);
  CHECK(refusal("HTTP/1.1 100 X\r\n\r\n") == kNoStatus);
  CHECK(refusal("HTTP/1.1 503 X\rY\r\n\r\n") == kNoStatus);
  CHECK(refusal("HTTP/1.1 503 X\r\nA: b\r\n") == "there is no empty line after the header fields");
  CHECK(refusal("HTTP/1.1 503 X\r\nbody\r\n\r\n") == "'body' is not a header field");
  CHECK(refusal("HTTP/1.1 503 X\r\nA : b\r\n\r\n") == "'A : b' is not a header field");
  CHECK(refusal("HTTP/1.1 503 X\r\nA: b\r\n c\r\n\r\n") == "' c' is not a header field");
  CHECK(refusal("HTTP/1.1 503 X\r\nA: b\rc\r\n\r\n") == "'A: b\\x0dc' is not a header field");
  CHECK(refusal("HTTP/1.1 503 X\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") ==
        "a response with Transfer-Encoding cannot be an error page");
  CHECK(refusal("HTTP/1.1 503 X\r\nContent-Length: 9\r\n\r\nbody") ==
        "Content-Length is 9 but the body has 4 bytes");
  CHECK(refusal("HTTP/1.1 503 X\r\nContent-Length: 4x\r\n\r\nbody") ==
        "'4x' is not a usable Content-Length");
  CHECK(refusal("HTTP/1.1 503 X\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nbody") ==
        "'5' is not a usable Content-Length");
  CHECK(refusal("HTTP/1.1 204 X\r\n\r\nbody") == "a response with status 204 has no body");
}
