// SPDX-License-Identifier: MIT
#include "proxy/stream/idle_pool.h"

#include "proxy/runtime.h"
#include "proxy/testing.h"

using namespace hawser;

namespace {

// A pool with one connection to "the server", whose other end the test holds.
struct Pool {
  Pool() {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    far.reset(ends[0]);
    auto made = std::make_unique<ServerConn>(plane, server, Fd(ends[1]), nullptr);
    conn = made.get();
    server.idle.put(std::move(made), 0);
    loop.add_turn_hook([this](int64_t now_ms) {
      if (--turns <= 0) loop.stop();
      return now_ms;
    });
  }
  ~Pool() { server.idle.purge(INT64_MAX, UINT32_MAX, 0); }
  uint32_t size_after_turns() {
    turns = 3;
    loop.run();
    return server.idle.size();
  }

  Loop loop;
  std::unique_ptr<const Config> config = config_of(
      "defaults\n mode http\n timeout connect 1s\n timeout client 1s\n timeout server 1s\n"
      "listen l\n bind :1\n server s 127.0.0.1:1\n");
  std::unique_ptr<Shared> shared = std::move(Shared::create(*config, 1)).value();
  Counter dropped;
  LogOut log{*config, &dropped};
  DataPlane plane{loop, *config, *shared, 0, log};
  Server& server = *plane.backends[0]->servers[0];
  Fd far;
  ServerConn* conn = nullptr;
  int turns = 0;
};

}  // namespace

TEST_CASE("a turn that was asked for before a connection became idle does not close it") {
  Pool pool;
  pool.loop.again(&pool.conn->conn, 0);
  CHECK(pool.size_after_turns() == 1);
}

TEST_CASE("an idle connection that the server closes leaves the pool") {
  Pool pool;
  pool.far.reset();
  CHECK(pool.size_after_turns() == 0);
}

TEST_CASE("an idle connection on which bytes come leaves the pool") {
  Pool pool;
  REQUIRE(::send(pool.far.get(), "x", 1, MSG_NOSIGNAL) == 1);
  CHECK(pool.size_after_turns() == 0);
}
