// SPDX-License-Identifier: MIT
#include "base/testing.h"
#include "config/parser.h"

namespace hawser {
namespace {

// What is said about a file of sections without timeouts, but for those.
std::string said(std::string_view sections) {
  Diag diag;
  const std::string text =
      "defaults\n timeout connect 1s\n timeout client 1s\n timeout server 1s\n" +
      std::string(sections);
  parse_config("t", text, diag);
  std::string out;
  for (const Diagnostic& entry : diag.all()) {
    out += std::to_string(entry.pos.line) + ": " + entry.text + " (" + entry.hint + ")\n";
  }
  return out;
}

TEST_CASE("two sections that listen on one address are told") {
  CHECK(said("frontend a\n bind :8000-8002\nfrontend b\n bind :8001-8003\n") ==
        "8: 'a' listens on 0.0.0.0:8001, too (each of them gets some of the clients; the other "
        "line is t:6)\n");
  CHECK(said("frontend a\n bind /run/x\nfrontend b\n bind unix@/run/x\n") ==
        "8: 'a' listens on unix:/run/x, too (clients reach the last one only; the other line is "
        "t:6)\n");
}

TEST_CASE("addresses that differ, rest or are of one section are left alone") {
  CHECK(said("frontend a\n bind :8000\n bind :8000\nfrontend b\n bind 127.0.0.1:8000\n") == "");
  CHECK(said("frontend a\n bind :8000\n disabled\nfrontend b\n bind :8000\n") == "");
  CHECK(said("frontend a\n bind :8000 interface eth0\nfrontend b\n bind :8000 interface eth1\n") ==
        "");
  CHECK(said("frontend a\n bind fd@3\nfrontend b\n bind fd@3\n") == "");
}

}  // namespace
}  // namespace hawser
