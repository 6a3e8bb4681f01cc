// SPDX-License-Identifier: MIT
#include "proxy/net/listener.h"

#include <netinet/tcp.h>

#include "proxy/testing.h"

using namespace hawser;

namespace {

std::string site(std::string_view lines, std::string_view global = "") {
  return listen_with({.global = global,
                      .mode = "tcp",
                      .timeouts = " timeout client 1h\n timeout server 1h\n",
                      .lines = lines});
}

int option_of(int fd, int level, int name) {
  int value = -1;
  socklen_t length = sizeof value;
  REQUIRE(::getsockopt(fd, level, name, &value, &length) == 0);
  return value;
}

uint64_t accepted(Lab& lab) { return lab.shared().frontend(0, 0).conn_tot.value(); }

bool has_accepted(Lab& lab, uint64_t count) {
  return lab.run_until([&] { return accepted(lab) == count; });
}

void set_standing(Lab& lab, FrontendStanding standing) {
  lab.shared().frontend_state(0).standing = standing;
  lab.worker().doorbell();
}

}  // namespace

TEST_CASE("what a listener is told, its connections have") {
  const bool keeps_alive = GENERATE(true, false);
  Lab lab(site(keeps_alive ? " option clitcpka\n" : "",
               keeps_alive ? " tune.rcvbuf.client 20000\n tune.sndbuf.client 30000\n" : ""));
  Peer& client = lab.connect();
  lab.accept();
  const int fd = lab.worker_socket(client);
  CHECK(option_of(fd, IPPROTO_TCP, TCP_NODELAY) == 1);
  CHECK(option_of(fd, SOL_SOCKET, SO_KEEPALIVE) == (keeps_alive ? 1 : 0));
  // The kernel doubles what it is told (socket(7)).
  CHECK((option_of(fd, SOL_SOCKET, SO_RCVBUF) == 40000) == keeps_alive);
  CHECK((option_of(fd, SOL_SOCKET, SO_SNDBUF) == 60000) == keeps_alive);
  CHECK((::fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
  CHECK((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("a crowd is accepted in several turns") {
  Lab lab(site("", " tune.maxaccept 2\n"));
  for (int i = 0; i < 7; ++i) lab.connect();
  CHECK(has_accepted(lab, 7));
}

TEST_CASE("`rate-limit sessions` lets the others wait for the next second") {
  Lab lab(site(" rate-limit sessions 2\n"));
  for (int i = 0; i < 3; ++i) lab.connect();
  CHECK(has_accepted(lab, 2));
  lab.turn();
  CHECK(accepted(lab) == 2);
  lab.pass(Millis(1000));
  CHECK(has_accepted(lab, 3));
}

TEST_CASE("a frontend that is paused accepts nobody, and then whoever has waited") {
  Lab lab(site(""));
  lab.connect();
  CHECK(has_accepted(lab, 1));
  set_standing(lab, FrontendStanding::kPaused);
  lab.connect();
  lab.turn();
  CHECK(accepted(lab) == 1);
  set_standing(lab, FrontendStanding::kOpen);
  CHECK(has_accepted(lab, 2));
}

TEST_CASE("a frontend that is paused while it waits for a place stays closed") {
  Lab lab(site(" maxconn 1\n"));
  Peer& first = lab.connect();
  lab.connect();
  CHECK(has_accepted(lab, 1));
  set_standing(lab, FrontendStanding::kPaused);
  first.reset();
  lab.pass(Millis(300));  // housekeeping tries again
  CHECK(accepted(lab) == 1);
  set_standing(lab, FrontendStanding::kOpen);
  CHECK(has_accepted(lab, 2));
}

TEST_CASE("a client that is gone before it is accepted takes no place") {
  Lab lab(site(" maxconn 1\n"));
  Peer& first = lab.connect();
  CHECK(has_accepted(lab, 1));
  lab.connect().reset();
  lab.connect();
  first.reset();
  CHECK(has_accepted(lab, 3));
  CHECK(lab.has_loads("conns=1 fe_conns=1 be_served=1 served=1"));
}
