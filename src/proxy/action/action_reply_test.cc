// SPDX-License-Identifier: MIT
#include <filesystem>
#include <fstream>

#include "proxy/testing.h"

using namespace hawser;

namespace {

// A file that lives as long as the test.
class File {
 public:
  explicit File(std::string_view content) {
    std::string pattern = (std::filesystem::temp_directory_path() / "hawser-XXXXXX").string();
    const Fd made(::mkstemp(pattern.data()));
    REQUIRE(made);
    path_ = pattern;
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~File() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string answer_of(std::string_view rule) {
  Lab lab(listen_with({.lines = fmt::format(" http-request {}\n", rule)}));
  Peer& client = lab.connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  return client.read_to_end();
}

std::string error_of(std::string_view rule) {
  return complaint("frontend f", fmt::format(" http-request {}", rule));
}

}  // namespace

TEST_CASE("`http-request return` and `deny` send what their line describes") {
  CHECK(answer_of("return status 201 content-type text/plain string made hdr X-A b") ==
        "HTTP/1.1 201 Created\r\nContent-Length: 4\r\nContent-Type: text/plain\r\nX-A: b\r\n"
        "Connection: close\r\n\r\nmade");
  CHECK(answer_of("deny status 404").starts_with("HTTP/1.1 404 Not Found\r\n"));
}

TEST_CASE("a status without a body gets no length, and no body") {
  CHECK(answer_of("return status 204") == "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
  CHECK(error_of("return status 304 content-type text/plain string x")
            .find("a response with status 304 has no body") != std::string::npos);
}

TEST_CASE("an error file of a rule is checked as any error file is") {
  const File good("HTTP/1.0 200 Fine\nX-A: b\n\nbody\n");
  CHECK(answer_of("return errorfile " + good.path()) ==
        "HTTP/1.0 200 Fine\r\nX-A: b\r\nContent-Length: 5\r\nConnection: close\r\n\r\nbody\n");
  const File no_head("<html>");
  CHECK(error_of("return errorfile " + no_head.path()).find("does not begin with a status line") !=
        std::string::npos);
  const File short_length("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nbody");
  CHECK(error_of("deny errorfile " + short_length.path()).find("Content-Length is 1 but") !=
        std::string::npos);
}
