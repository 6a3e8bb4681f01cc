// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "config/testing.h"
#include "proxy/http/reply.h"

using namespace hawser;

namespace {

// A directory of its own for the files of a test.
class Directory {
 public:
  Directory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "hawser-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  std::string write(std::string_view name, std::string_view content) const {
    std::string path = fmt::format("{}/{}", path_, name);
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }

 private:
  std::string path_;
};

std::string reply_of(const ProxyConfig& proxy, uint16_t status) {
  const auto found = proxy.error_replies.find(status);
  if (found == proxy.error_replies.end()) return "none";
  const Reply& reply = *found->second;
  CHECK(reply.status == status);
  const std::string& head = *reply.head;
  const size_t location = head.find("Location: ");
  if (location == head.npos) return head + *reply.body;
  return head.substr(9, 4) + head.substr(location + 10, head.size() - location - 12);
}

constexpr std::string_view kResponse = "HTTP/1.1 503 X\r\n\r\n";
constexpr std::string_view kReply = "HTTP/1.1 503 X\r\nContent-Length: 0\r\n";

}  // namespace

TEST_CASE("errors are answered by files and redirections") {
  const Directory dir;
  const auto config =
      config_of(fmt::format("backend b\n mode http\n errorfile 503 {}\n errorfile 408 /dev/null\n"
                            " errorloc 500 /a\n errorloc302 501 /b\n errorloc303 502 http://c/\n",
                            dir.write("503.http", kResponse)));
  const ProxyConfig& proxy = *config->proxies.at(0);
  CHECK(reply_of(proxy, 503) == kReply);
  CHECK(reply_of(proxy, 408).empty());
  CHECK(reply_of(proxy, 500) == "302 /a");
  CHECK(reply_of(proxy, 501) == "302 /b");
  CHECK(reply_of(proxy, 502) == "303 http://c/");
  CHECK(reply_of(proxy, 504) == "none");
}

TEST_CASE("lines count in their order, those of defaults and http-errors sections included") {
  const Directory dir;
  const auto config = config_of(
      fmt::format("defaults\n mode http\n errorloc 500 /defaults\n errorloc 501 /defaults\n"
                  " errorloc 502 /defaults\n"
                  "backend before\n errorfiles page\n errorloc 500 /own\n"
                  "backend after\n errorloc 500 /own\n errorfiles page 500\n"
                  "http-errors page\n errorfile 500 {0}\n errorfile 501 {0}\n",
                  dir.write("page.http", kResponse)));
  const ProxyConfig& before = *config->proxies.at(0);
  CHECK(reply_of(before, 500) == "302 /own");
  CHECK(reply_of(before, 501) == kReply);
  CHECK(reply_of(before, 502) == "302 /defaults");
  const ProxyConfig& after = *config->proxies.at(1);
  CHECK(reply_of(after, 500) == kReply);
  CHECK(reply_of(after, 501) == "302 /defaults");
}

TEST_CASE("a bad error reply is refused at the right column") {
  const Complaint rows[] = {
      {"errorfile",
       "1 error: missing <status> after 'errorfile' "
       "(usage: errorfile <status> <file>)"},
      {"errorfile 503",
       "11 error: missing <file> after '503' "
       "(usage: errorfile <status> <file>)"},
      {"errorfile 599 /dev/null",
       "11 error: '599' is not a status that can be replaced (one of 200, 400, 401, 403, 404, 405, "
       "407, 408, 410, 413, 414, 421, 422, 425, 429, 431, 500, 501, 502, 503, 504)"},
      {"errorfile 503 /no/such/file",
       "15 error: cannot open '/no/such/file': No such file or directory"},
      {"errorfile 503 /", "15 error: cannot read '/': Is a directory"},
      {"errorfile 503 /etc/passwd",
       "15 error: '/etc/passwd': it does not begin with a status line, as in 'HTTP/1.1 503 Service "
       "Unavailable'"},
      {"errorloc 503",
       "10 error: missing <url> after '503' "
       "(usage: errorloc <status> <url>)"},
      {"errorloc303 503 'a b'",
       "17 error: 'a b' is not a URL (write blanks and control characters as %NN)"},
      {"errorfiles",
       "1 error: missing <name> after 'errorfiles' "
       "(usage: errorfiles <name> [<status> ...])"},
      {"errorfiles page 599",
       "17 error: '599' is not a status that can be replaced (one of 200, 400, 401, 403, 404, 405, "
       "407, 408, 410, 413, 414, 421, 422, 425, 429, 431, 500, 501, 502, 503, 504)"},
      {"errorfiles page", "12 error: there is no section 'http-errors page'"},
  };
  for (const Complaint& row : rows) {
    INFO(row.line);
    CHECK(complaint("backend b", row.line) == row.text);
  }
  const Directory dir;
  const std::string path = dir.write("big.http", std::string(kResponse) + std::string(20000, 'x'));
  CHECK(complaint("backend b", fmt::format("errorfile 503 {}", path)) ==
        fmt::format("15 error: '{}' is larger than 'tune.bufsize', 16384 bytes", path));
}

TEST_CASE("a missing http-errors section is reported once for all who inherit the line") {
  CHECK(complaints("defaults\n mode http\n errorfiles page 503\nbackend a\nbackend b\n") ==
        "3:13 error: there is no section 'http-errors page'");
  CHECK(complaints("http-errors page\nbackend a\n mode http\n errorfiles page 503\n") ==
        "4:13 warning: section 'http-errors page' has no reply for 503");
  CHECK(complaints("http-errors page\n errorloc 503 /x\n") ==
        "2:2 error: 'errorloc' is not allowed in a 'http-errors' section (it belongs to: defaults, "
        "frontend, listen, backend)");
}
