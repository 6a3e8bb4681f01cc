// SPDX-License-Identifier: MIT
#include "proxy/stream/bad_message.h"

#include <fmt/format.h>

#include "config/testing.h"

using namespace hawser;

namespace {

// The lines that show the bytes.
std::string dump_of(std::string bytes) {
  DataPlane::BadMessage bad;
  bad.bytes = std::move(bytes);
  const std::string shown = describe_bad_message(bad, Config{});
  return shown.substr(shown.find(" :\n  \n") + 6);
}

}  // namespace

TEST_CASE("a refused message is shown with who sent it, and what is wrong with it where") {
  const auto config = config_of(
      "listen other\nid 9\ndisabled\nfrontend www\nid 2\ndisabled\nbackend app\nid 3\nserver s0 "
      "192.0.2.1:80\nserver s1 192.0.2.2:80\ntimeout connect 1s\ntimeout server 1s\n");
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
  const std::string request = describe_bad_message(bad, *config);
  INFO(request);
  CHECK(request.substr(request.find(']')) ==
        "] frontend www (#2): invalid request\n"
        "  backend <NONE> (#-1), server <NONE> (#-1), event #7, src 192.0.2.1:1000\n"
        "  len 5, error at position 3\n"
        "  bad :\n"
        "  \n"
        "  00000  GET\\r\\n\n");
  CHECK(request.find(".123] ") != std::string::npos);
  bad.is_request = false;
  bad.backend = "app";
  bad.server = "s1";
  const std::string response = describe_bad_message(bad, *config);
  INFO(response);
  CHECK(response.find("] backend app (#3): invalid response\n"
                      "  frontend www (#2), server s1 (#2), event #7, src ") != std::string::npos);
}

TEST_CASE("show errors counts all events and shows those that were asked for") {
  const auto made = [](std::string frontend, std::string backend, std::string why, uint64_t count) {
    DataPlane::BadMessage bad;
    bad.is_request = backend.empty();
    bad.frontend = std::move(frontend);
    bad.backend = std::move(backend);
    bad.why = std::move(why);
    bad.count = count;
    return bad;
  };
  const std::vector<DataPlane::BadMessage> all = {
      made("web", "", "one", 3), made("web", "app", "two", 1), made("www", "", "three", 1)};
  const auto shown = [&](std::string_view which) {
    const std::string text = answer_show_errors(all, Config{}, which);
    CHECK(text.starts_with("5\n \n["));
    std::string out;
    for (const std::string_view why : {"one", "two", "three"}) {
      if (text.find(fmt::format("\n  {} :\n", why)) != text.npos) (out += why) += ' ';
    }
    return out;
  };
  CHECK(shown("") == "one two three ");
  CHECK(shown("web") == "one two ");
  CHECK(shown("web request") == "one ");
  CHECK(shown("app") == "two ");
  CHECK(shown("app response") == "two ");
  CHECK(shown("www") == "three ");
  CHECK(shown("-1 response") == "two ");
  CHECK(answer_show_errors({}, Config{}, "") == "");
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
