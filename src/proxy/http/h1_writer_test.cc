// SPDX-License-Identifier: MIT
#include "proxy/http/h1_writer.h"

#include <fmt/format.h>

#include "proxy/http/testing.h"

using namespace hawser;

namespace {

constexpr std::string_view kAsReceived =
    "GET /a HTTP/1.1\r\nHost: a\r\nX-Empty:\r\nX-Blanks:  b \r\nX-Last: c\r\n\r\n";

size_t pieces_of(const Head& head) {
  Pieces pieces;
  write_head(head, pieces);
  return pieces.span().size();
}

}  // namespace

TEST_CASE("a head without changes goes out as it came, in one piece") {
  Parsed p(kAsReceived);
  REQUIRE(p.status == H1Parser::Status::kDone);
  CHECK(written(p.head) == kAsReceived);
  CHECK(pieces_of(p.head) == 1);
}

TEST_CASE("dropped fields are left out, and what is between them stays as it came") {
  Parsed p(kAsReceived);
  p.head.drop("x-empty");
  CHECK(written(p.head) == "GET /a HTTP/1.1\r\nHost: a\r\nX-Blanks:  b \r\nX-Last: c\r\n\r\n");
  CHECK(pieces_of(p.head) == 2);
  p.head.drop("Host");
  p.head.drop("x-last");
  CHECK(written(p.head) == "GET /a HTTP/1.1\r\nX-Blanks:  b \r\n\r\n");
}

TEST_CASE("added fields stand behind those that came") {
  Parsed p(kAsReceived);
  p.head.add("X-New", "1");
  p.head.add("X-Nothing", "");
  CHECK(written(p.head) ==
        "GET /a HTTP/1.1\r\nHost: a\r\nX-Empty:\r\nX-Blanks:  b \r\nX-Last: c\r\nX-New: 1\r\n"
        "X-Nothing: \r\n\r\n");
}

TEST_CASE("a changed start line is one of our own") {
  Parsed p(kAsReceived);
  p.head.start_line = p.head.text.join("GET /b HTTP/1.1");
  CHECK(written(p.head).starts_with("GET /b HTTP/1.1\r\nHost: a\r\nX-Empty:\r\n"));
}

TEST_CASE("a head that was never received is written from its parts") {
  Head head;
  head.start_line = "HTTP/1.1 204 No Content";
  CHECK(written(head) == "HTTP/1.1 204 No Content\r\n\r\n");
  head.add("X-A", "b");
  CHECK(written(head) == "HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n");
}

TEST_CASE("more scattered changes than there are pieces are written all the same") {
  std::string fields, kept;
  for (int i = 0; i < 80; ++i) {
    fields += fmt::format("X-{}: {}\n", i, i);
    if (i % 2 == 0) kept += fmt::format("X-{}: {}\n", i, i);
  }
  Parsed p(message_with("GET / HTTP/1.1", "Host: a\n" + fields));
  REQUIRE(p.status == H1Parser::Status::kDone);
  for (int i = 1; i < 80; i += 2) p.head.drop(fmt::format("x-{}", i));
  for (int i = 0; i < 40; ++i) {
    p.head.add(fmt::format("Y-{}", i), "new");
    kept += fmt::format("Y-{}: new\n", i);
  }
  CHECK(fields_of(p.head) == "Host: a\n" + kept);
}

TEST_CASE("pieces that lie side by side are one") {
  const std::string text = "abcdef";
  const std::string_view all = text;
  Pieces pieces;
  CHECK(pieces.empty());
  pieces.add("");
  CHECK(pieces.empty());
  pieces.add(all.substr(0, 2));
  pieces.add(all.substr(2, 2));
  CHECK(pieces.span().size() == 1);
  pieces.add(all.substr(5));
  CHECK(pieces.span().size() == 2);
  CHECK(text_of(pieces) == "abcdf");
  CHECK(pieces.size() == 5);
}
