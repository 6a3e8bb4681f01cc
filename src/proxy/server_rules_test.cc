// SPDX-License-Identifier: MIT
#include "config/testing.h"

using namespace hawser;

namespace {

constexpr std::string_view kHead =
    "defaults\n timeout connect 1s\n timeout client 1s\n timeout server 1s\n";

// What is said about a section, a diagnostic a line.
std::string said(std::string_view section) {
  Diag diag;
  parse_config("t", fmt::format("{}{}", kHead, section), diag);
  std::string out;
  for (const Diagnostic& found : diag.all())
    out += fmt::format("{}: {}\n", found.pos.line - 4, describe(found));
  return out;
}

ServerSettings settings_of(std::string_view words) {
  const auto config = config_of(
      fmt::format("{}listen l\n mode tcp\n bind :1\n server s 127.0.0.1:1 {}\n", kHead, words));
  return config->proxies.back()->servers[0].set;
}

}  // namespace

TEST_CASE("a `minconn` that leaves nothing to vary is the limit") {
  struct Row {
    const char* words;
    uint32_t minconn, maxconn;
  };
  for (const Row& row : {Row{"minconn 3 maxconn 5", 3, 5}, Row{"minconn 5 maxconn 5", 0, 5},
                         Row{"minconn 7 maxconn 5", 0, 7}, Row{"minconn 3", 0, 3},
                         Row{"maxconn 5", 0, 5}, Row{"", 0, 0}}) {
    INFO(row.words);
    const ServerSettings set = settings_of(row.words);
    CHECK(set.minconn == row.minconn);
    CHECK(set.maxconn == row.maxconn);
  }
}

TEST_CASE("a `minconn` above `maxconn` is told") {
  CHECK(said("listen l\n mode tcp\n bind :1\n server s 127.0.0.1:1 minconn 7 maxconn 5\n") ==
        "4: 9 warning: 'minconn' of server 'l/s' is above its 'maxconn'; 7 is used for both\n");
  CHECK(said("listen l\n mode tcp\n bind :1\n server s 127.0.0.1:1 minconn 5 maxconn 5\n") == "");
}

TEST_CASE("what only HTTP has is refused in mode tcp where it would change who is served") {
  const auto server = [](std::string_view words) {
    return said(fmt::format("listen l\n mode tcp\n bind :1\n server s 127.0.0.1:1 {}\n", words));
  };
  CHECK(server("redir http://x") == "4: 9 error: 'redir' of server 'l/s' needs 'mode http'\n");
  CHECK(server("cookie c") ==
        "4: 9 warning: 'cookie' of server 'l/s' needs 'mode http' and is ignored\n");
  CHECK(server("source 0.0.0.0 usesrc hdr_ip(x-f)") ==
        "4: 9 warning: 'usesrc hdr_ip' of server 'l/s' needs 'mode http' and is ignored\n");
  CHECK(said("listen l\n mode http\n bind :1\n cookie C insert\n"
             " server s 127.0.0.1:1 redir http://x cookie c source 0.0.0.0 usesrc hdr_ip(x-f)\n") ==
        "");
}

TEST_CASE("what is ignored in mode tcp is not done") {
  const auto config =
      config_of(fmt::format("{}listen l\n mode tcp\n bind :1\n source 0.0.0.0 usesrc hdr_ip(x-f)\n"
                            " server s 127.0.0.1:1 cookie c source 127.0.0.2 usesrc hdr_ip(x-f)\n",
                            kHead));
  const ProxyConfig& proxy = *config->proxies.back();
  CHECK(proxy.source->usesrc == SourceConfig::Use::kNone);
  CHECK(proxy.servers[0].cookie == "");
  CHECK(proxy.servers[0].set.source->usesrc == SourceConfig::Use::kNone);
  CHECK(proxy.servers[0].set.source->address.text() == "127.0.0.2:0");
}

TEST_CASE("a server's name is its own in a section, and others may have it as well") {
  CHECK(said("listen l\n mode tcp\n bind :1\n server s 127.0.0.1:1\n server t 127.0.0.1:2\n"
             " server s 127.0.0.1:3\n") ==
        "6: 9 error: server 's' is already defined in 'l' (first defined at t:8)\n");
  CHECK(said("listen l\n mode tcp\n bind :1\n server s 127.0.0.1:1\n"
             "listen m\n mode tcp\n bind :2\n server s 127.0.0.1:1\n") == "");
}
