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

// A few turns, and not so many that the housekeeping is one of them.
void leave(Lab& lab, Peer& client) {
  client.reset();
  lab.turn(10);
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

TEST_CASE("a place is free for another worker's client as soon as it is left, whatever the limit") {
  const std::string_view lines = GENERATE("", " maxconn 2\n");
  const std::string bind = lines.empty() ? ":1 maxconn 2" : ":1";
  Lab lab(fmt::format("defaults\n mode tcp\n timeout connect 2s\n timeout client 4s\n"
                      " timeout server 4s\nlisten l\n bind {}\n{} server s @s1\n",
                      bind, lines),
          1, 3);
  const auto served = [&lab](uint32_t worker) {
    return lab.shared().proxy_gauges(worker, 0).fe_conns.load();
  };
  Peer& first = arrive(lab, 0, "0");
  Peer& second = arrive(lab, 1, "1");
  arrive(lab, 2, "2");
  CHECK((served(0) == 1 && served(1) == 1 && served(2) == 0));
  leave(lab, first);
  CHECK((served(0) == 0 && served(1) == 1 && served(2) == 1));

  SECTION("and for the own clients of the worker where nobody else waits") {
    arrive(lab, 1, "3");
    CHECK(served(1) == 1);
    leave(lab, second);
    CHECK(served(1) == 1);
  }
  SECTION("also when another worker was offered it first and had nobody left to take it") {
    arrive(lab, 1, "3");
    Peer& gone = arrive(lab, 0, "4");
    gone.reset();
    leave(lab, second);
    CHECK((served(0) == 0 && served(1) == 1));
  }
}

TEST_CASE("a session that the rate forbids comes in when the rate allows it") {
  Lab lab(listen_with(" rate-limit sessions 3\n server s @s1\n"));
  for (const char* name : {"0", "1", "2"}) {
    arrive(lab, 0, name);
    CHECK(lab.accept().read_bytes(1) == name);
  }
  const auto accepted = [&lab] { return lab.shared().header().conns.load(); };
  arrive(lab, 0, "3");
  const auto& rate = lab.shared().frontend(0, 0).sess_rate;
  const auto seconds = rate.seconds(monotonic_ns() / 1'000'000);
  const bool in_one_second = seconds.current == 3 && seconds.previous == 0;
  if (in_one_second) CHECK(accepted() == 3);
  CHECK(lab.accept().read_bytes(1) == "3");
}

TEST_CASE("a bind line's maxconn holds for all workers") {
  Lab lab(
      "defaults\n mode tcp\n timeout connect 2s\n timeout client 4s\n timeout server 4s\n"
      "listen l\n bind :1 maxconn 2\n server s @s1\n",
      1, 3);
  for (size_t worker = 0; worker < 3; ++worker) arrive(lab, worker, "x");
  CHECK(lab.loads() == "conns=2 fe_conns=2 be_served=2 served=2");
}
