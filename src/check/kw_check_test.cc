// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "base/testing.h"
#include "check/check.h"
#include "config/draft.h"
#include "config/parser.h"

namespace hawser {
namespace {

std::unique_ptr<const Config> parse(std::string_view text) {
  Diag diag;
  auto config = parse_config("t", text, diag);
  INFO(diag.render());
  REQUIRE(config != nullptr);
  CHECK(diag.warnings() == 0);
  return config;
}

// What is said about `text`: "LINE:COLUMN message", one a line.
std::string complaints(std::string_view text) {
  Diag diag;
  parse_config("t", text, diag);
  std::string out;
  for (const Diagnostic& entry : diag.all()) {
    out += fmt::format("{}:{} {}\n", entry.pos.line, entry.pos.column, entry.text);
  }
  return out;
}

TEST_CASE("option httpchk takes nothing, a URI, a method and a URI, or a version as well") {
  struct Row {
    const char *words, *request;
  };
  for (const Row& row : {
           Row{"", "OPTIONS / HTTP/1.0\r\n\r\n"},
           Row{"/x", "OPTIONS /x HTTP/1.0\r\n\r\n"},
           Row{"*", "OPTIONS * HTTP/1.0\r\n\r\n"},
           Row{"GET /x", "GET /x HTTP/1.0\r\n\r\n"},
           Row{"GET /x HTTP/1.1", "GET /x HTTP/1.1\r\nconnection: close\r\n\r\n"},
           Row{R"(GET /x HTTP/1.1\r\nHost:\ www)",
               "GET /x HTTP/1.1\r\nhost: www\r\nconnection: close\r\n\r\n"},
           Row{R"("GET" /x "HTTP/1.1\r\nHost: www\r\nX-A: b")",
               "GET /x HTTP/1.1\r\nhost: www\r\nx-a: b\r\nconnection: close\r\n\r\n"},
       }) {
    INFO(row.words);
    const auto config = parse(fmt::format("backend be\n option httpchk {}\n", row.words));
    const CheckConfig& check = config->proxies[0]->check;
    CHECK(check_type_of(check).name == "httpchk");
    CHECK(check.args == std::vector<std::string>{row.request});
  }
}

TEST_CASE("option httpchk points at the word that is wrong") {
  const auto about = [](std::string_view words) {
    return complaints(fmt::format("backend be\noption httpchk {}\n", words));
  };
  CHECK(about("G,T /") == "2:16 'G,T' is not an HTTP method\n");
  CHECK(about("GET '/a b'") ==
        "2:20 '/a b' is not a request target: blanks, control and non-ASCII characters must be "
        "written as %XX\n");
  CHECK(about("GET / HTTP/2") == "2:22 HTTP/1.0 or HTTP/1.1 is expected, got 'HTTP/2'\n");
  CHECK(about(R"(GET / HTTP/1.1\r\nnocolon)") ==
        "2:22 'nocolon' is not a header line: a name, a colon and a value are expected\n");
  CHECK(about("GET") == "2:16 'GET' is taken as the URI\n");
  CHECK(about("GET / HTTP/1.1 more").starts_with("2:31 "));
}

TEST_CASE("the last check option wins, over defaults too; without one, checks are tcp") {
  const auto config = parse(
      "defaults\n option httpchk /d\nbackend a\n option httpchk /a\nbackend b\n"
      "defaults\nbackend c\n");
  CHECK(config->proxies[0]->check.args[0] == "OPTIONS /a HTTP/1.0\r\n\r\n");
  CHECK(config->proxies[1]->check.args[0] == "OPTIONS /d HTTP/1.0\r\n\r\n");
  CHECK(check_type_of(config->proxies[2]->check).name == "tcp");
}

TEST_CASE("checks are spread, and their log switched, as the file says") {
  const auto config = parse(
      "global\n spread-checks 5\n max-spread-checks 2s\n"
      "defaults\n option log-health-checks\nbackend a\nbackend b\n no option log-health-checks\n");
  CHECK(config->global.spread_checks == 5);
  CHECK(config->global.max_spread_checks == Millis(2000));
  CHECK(config->proxies[0]->option(Option::kLogHealthChecks));
  CHECK_FALSE(config->proxies[1]->option(Option::kLogHealthChecks));
  CHECK(complaints("global\nspread-checks 51\n").starts_with("2:15 "));
  CHECK(complaints("global\nspread-checks\n").starts_with("2:1 "));
  CHECK(complaints("global\nmax-spread-checks soon\n").starts_with("2:19 "));
}

TEST_CASE("a check needs a port") {
  const ProxyCheck* row = Registry<ProxyCheck>::find("check ports");
  REQUIRE(row != nullptr);
  const auto refused = [row](auto change) {
    ServerConfig server;
    server.name = "s1";
    server.address = *Address::parse_ip("10.0.0.1");
    server.port_is_offset = true;
    server.set.check = true;
    change(server);
    ProxyConfig proxy;
    proxy.servers.push_back(std::move(server));
    Draft draft;
    Diag diag;
    row->check(draft, proxy, diag);
    return diag.errors() == 1;
  };
  CHECK(refused([](ServerConfig&) {}));
  CHECK_FALSE(refused([](ServerConfig& server) { server.set.check = false; }));
  CHECK_FALSE(refused([](ServerConfig& server) { server.set.check_port = 80; }));
  CHECK_FALSE(refused([](ServerConfig& server) {
    server.address.set_port(80);
    server.port_is_offset = false;
  }));
  CHECK(refused([](ServerConfig& server) { server.address.set_port(5); }));
  CHECK_FALSE(refused([](ServerConfig& server) {
    server.set.check_addr = std::make_shared<Address>(*Address::parse_ip("10.0.0.2", 99));
  }));
  CHECK_FALSE(refused([](ServerConfig& server) { server.address = Address::unix_path("/x"); }));
}

}  // namespace
}  // namespace hawser
