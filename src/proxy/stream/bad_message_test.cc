// SPDX-License-Identifier: MIT
#include "proxy/stream/bad_message.h"

#include <fmt/format.h>

#include "base/testing.h"

using namespace hawser;

namespace {

// The lines that show the bytes.
std::string dump_of(std::string bytes) {
  DataPlane::BadMessage bad;
  bad.bytes = std::move(bytes);
  const std::string shown = describe_bad_message(bad);
  const size_t at = shown.find(":\n") + 2;
  CHECK(shown.ends_with("\n\n"));
  return shown.substr(at, shown.size() - at - 1);
}

}  // namespace

TEST_CASE("a refused message is shown with who sent it, and what is wrong with it where") {
  DataPlane::BadMessage bad{.when_us = 1'000'000'000'123'456,
                            .frontend = "www",
                            .backend = "",
                            .server = "",
                            .client = "192.0.2.1:1000",
                            .why = "bad",
                            .bytes = "GET\r\n",
                            .is_request = true,
                            .position = 3,
                            .count = 7};
  const std::string request = describe_bad_message(bad);
  INFO(request);
  CHECK(request.find(".123] frontend www: invalid request\n") != std::string::npos);
  CHECK(request.find("  frontend www, backend <NONE>, server <NONE>, event #7, src "
                     "192.0.2.1:1000\n  bad at position 3 of 5:\n  00000  GET\\r\\n\n\n") !=
        std::string::npos);
  bad.is_request = false;
  bad.backend = "app";
  bad.server = "s1";
  const std::string response = describe_bad_message(bad);
  INFO(response);
  CHECK(response.find(".123] backend app: invalid response\n") != std::string::npos);
  CHECK(response.find("  frontend www, backend app, server s1, ") != std::string::npos);
}

TEST_CASE("what can't be printed is escaped, and what could be taken for an escape as well") {
  CHECK(dump_of("\\r \t\x1b\x01\x7f\xc3~\r") == "  00000  \\\\r \\t\\e\\x01\\x7F\\xC3~\\r\n");
  CHECK(dump_of(std::string("a\0b", 3)) == "  00000  a\\x00b\n");
}

TEST_CASE("each line of a message has its offset, and long ones go on") {
  CHECK(dump_of("a\nbc\n\nd") == "  00000  a\\n\n  00002  bc\\n\n  00005  \\n\n  00006  d\n");
  const std::string seventy(70, 'x');
  CHECK(dump_of(seventy + "y\nz") ==
        fmt::format("  00000  {}\n  00070+ y\\n\n  00072  z\n", seventy));
  CHECK(dump_of(seventy) == fmt::format("  00000  {}\n", seventy));
  CHECK(dump_of("") == "");
}

TEST_CASE("of a large message the first 1024 bytes are shown") {
  const std::string shown = dump_of(std::string(5000, 'x'));
  CHECK(std::count(shown.begin(), shown.end(), 'x') == 1024);
}
