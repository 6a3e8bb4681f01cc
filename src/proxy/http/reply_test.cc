// SPDX-License-Identifier: MIT
#include "proxy/http/reply.h"

#include "proxy/http/testing.h"

using namespace hawser;

namespace {

constexpr uint16_t kPages[] = {200, 400, 401, 403, 404, 405, 407, 408, 410,
                               413, 425, 429, 431, 500, 501, 502, 503, 504};

// What a client reads, without the fields that depend on its connection.
std::string message_of(const Reply& reply) { return *reply.head + "\r\n" + *reply.body; }

}  // namespace

TEST_CASE("every standard page is a response whose length is that of its body") {
  for (const uint16_t status : kPages) {
    INFO("status " << status);
    const Reply& reply = standard_reply(status);
    CHECK(reply.status == status);
    Parsed parsed(message_of(reply), H1Parser::Kind::kResponse);
    REQUIRE(parsed.status == H1Parser::Status::kDone);
    CHECK(parsed.head.status == status);
    CHECK(parsed.head.reason == status_phrase(status));
    CHECK(parsed.head.body == BodyKind::kLength);
    CHECK(parsed.head.length == reply.body->size());
    CHECK(parsed.head.find("cache-control") == (status == 200 ? "" : "no-cache"));
  }
}

TEST_CASE("a client that sent nothing useful is not kept") {
  for (const uint16_t status : kPages) {
    INFO("status " << status);
    CHECK(standard_reply(status).close == (status == 400 || status == 408 || status == 431));
  }
}

TEST_CASE("a status without a page of its own gets that of 500") {
  CHECK(standard_reply(418).status == 500);
  CHECK(standard_reply(599).status == 500);
  CHECK(status_phrase(418) == "I'm a teapot");
  CHECK(status_phrase(599) == "Unknown");
}

TEST_CASE("a message of one's own loses its connection fields and gets its real length") {
  const Reply reply = reply_from_message(
      503,
      "HTTP/1.0 503 Busy\r\nContent-Length: 999\r\nCONNECTION: close\r\nKeep-Alive: x\r\n"
      "Proxy-Connection: x\r\nTransfer-Encoding: chunked\r\nContent-Type: "
      "text/plain\r\n\r\nlater\r\n");
  CHECK(reply.status == 503);
  CHECK_FALSE(reply.close);
  CHECK(*reply.head == "HTTP/1.0 503 Busy\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n");
  CHECK(*reply.body == "later\r\n");
  CHECK(reply_from_message(400, "HTTP/1.0 400 No\r\n\r\n").close);
}

TEST_CASE("an empty message is a close without a word") {
  const Reply reply = reply_from_message(400, "");
  CHECK(reply.head->empty());
  CHECK(reply.body->empty());
  CHECK(reply.close);
}

TEST_CASE("a redirection has a place to go, and no body") {
  const Reply reply = redirect_reply(303, "https://a.example/b?c");
  Parsed parsed(message_of(reply), H1Parser::Kind::kResponse);
  REQUIRE(parsed.status == H1Parser::Status::kDone);
  CHECK(parsed.head.status == 303);
  CHECK(parsed.head.find("location") == "https://a.example/b?c");
  CHECK(parsed.head.length == 0);
  CHECK_FALSE(reply.close);
}
