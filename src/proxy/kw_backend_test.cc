// SPDX-License-Identifier: MIT
// What is said of a backend as a whole.
#include "config/testing.h"

namespace hawser {
namespace {

constexpr std::string_view kHint = " (add 'server <name> <address>:<port>')";

std::string said(std::string_view mode, std::string_view sections) {
  return complaints(fmt::format(
      "defaults\n mode {}\n timeout client 1s\n timeout connect 1s\n timeout server 1s\n{}", mode,
      sections));
}

TEST_CASE("a backend that is used but has no server is told") {
  constexpr std::string_view kWeb = "frontend web\n bind :80\n default_backend app\n";
  const auto app = [&](std::string_view lines) {
    return said("http", fmt::format("{}backend app\n{}", kWeb, lines));
  };
  CHECK(app("") == fmt::format("9:1 warning: backend 'app' has no 'server': every request is "
                               "answered with 503{}",
                               kHint));
  CHECK(
      said("tcp", "listen db\n bind :5432\n") ==
      fmt::format("6:1 warning: listen 'db' has no 'server': every connection is closed at once{}",
                  kHint));
  CHECK(app(" server s1 192.0.2.1:80\n") == "");
  CHECK(app(" disabled\n") == "");
}

TEST_CASE("a section that answers by itself, or that nobody uses, needs no server") {
  CHECK(said("http", "backend unused\n") == "");
  for (const std::string_view line : {"http-request return status 200", "http-request deny",
                                      "monitor-uri /alive", "errorloc 503 http://192.0.2.1/"}) {
    INFO(line);
    CHECK(said("http", fmt::format("listen l\n bind :80\n {}\n", line)) == "");
  }
  CHECK(said("http",
             "frontend web\n bind :80\n http-request deny\n default_backend app\nbackend app\n") ==
        "");
}

}  // namespace
}  // namespace hawser
