// SPDX-License-Identifier: MIT
// Clients of several workers that want the same few places.
#include "proxy/testing.h"

using namespace hawser;

namespace {

std::string listen_with(std::string_view lines) {
  return fmt::format(
      "defaults\n mode tcp\n timeout connect 2s\n timeout client 4s\n timeout server 4s\n"
      " timeout queue 4s\nlisten l\n bind :1\n{}",
      lines);
}

// A client of this worker that has said its name.
Peer& arrive(Lab& lab, size_t worker, std::string_view name) {
  Peer& client = lab.connect(worker);
  client.send(name);
  lab.turn();
  return client;
}

void leave(Lab& lab, Peer& client) {
  client.reset();
  lab.turn();
}

}  // namespace

TEST_CASE("a place that the limit leaves is offered to the other workers first") {
  const std::string_view limit = GENERATE("global\n maxconn 1\n", "");
  Lab lab(std::string(limit) +
              listen_with(limit.empty() ? " maxconn 1\n server s @s1\n" : " server s @s1\n"),
          1, 2);
  lab.shared().header().maxconn = limit.empty() ? 0 : 1;
  Peer& first = arrive(lab, 0, "0");
  Peer& second = arrive(lab, 0, "1");
  Peer& third = arrive(lab, 1, "2");
  CHECK(lab.loads() == "conns=1 fe_conns=1 be_served=1 served=1");
  lab.accept().read_bytes(1);
  leave(lab, first);
  CHECK(lab.accept().read_bytes(1) == "2");
  CHECK_FALSE(lab.has_unexpected_connection());
  leave(lab, third);
  CHECK(lab.accept().read_bytes(1) == "1");
  leave(lab, second);
}

TEST_CASE("a bind line's maxconn holds for all workers") {
  Lab lab(
      "defaults\n mode tcp\n timeout connect 2s\n timeout client 4s\n timeout server 4s\n"
      "listen l\n bind :1 maxconn 2\n server s @s1\n",
      1, 3);
  for (size_t worker = 0; worker < 3; ++worker) arrive(lab, worker, "x");
  CHECK(lab.loads() == "conns=2 fe_conns=2 be_served=2 served=2");
}
