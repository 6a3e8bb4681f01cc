// SPDX-License-Identifier: MIT
// Streams that wait for room on a server.
#include <sys/eventfd.h>

#include "proxy/testing.h"
#include "shm/server_state.h"

using namespace hawser;

namespace {

std::string request(std::string_view path) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: a\r\nCookie: C=a\r\n\r\n", path);
}

// A backend of two servers; the first takes one request at a time, and cookies ask for it: one has
// it, the second waits.
struct Wanted {
  Lab lab;
  Peer& first = lab.connect();
  Peer& a;
  Peer& second = lab.connect();

  explicit Wanted(std::string_view options, std::string_view words = "")
      : lab(listen_with({.lines = fmt::format("{} cookie C insert indirect\n", options),
                         .servers = fmt::format(" server a @s1 cookie a maxconn 1 {}\n"
                                                " server b @s2 cookie b\n",
                                                words)}),
            2),
        a(lab.reach_server(first, request("/1"))) {
    second.send(request("/2"));
    lab.turn();
  }
};

void take_down(Lab& lab, uint32_t server) {
  lab.shared().server_state(server).word.store(
      HealthWord{ServerHealth::kDown, 0, true, true, 0}.packed());
  publish_schedule(lab.shared(), lab.config(), 0);
  lab.worker().doorbell();
}

// A second worker with a stream that waits for any server of the first backend.
class Neighbour {
 public:
  Neighbour(Lab& lab, int64_t waits_for_ms) : lab_(lab), bell_(::eventfd(0, EFD_NONBLOCK)) {
    heartbeat().beat_ns = Lab::now_ns();
    heartbeat().doorbell = bell_.get();
    const int64_t since = Lab::now_ns() / 1'000'000 - waits_for_ms;
    gauges().waits_since = static_cast<uint32_t>(since) | 1;
    gauges().queued = 1;
    ++load().queued;
  }
  ~Neighbour() { heartbeat().doorbell = -1; }

  Heartbeat& heartbeat() { return lab_.shared().process(kFirstWorker + 1); }
  bool was_woken() {
    uint64_t count = 0;
    return ::read(bell_.get(), &count, sizeof count) > 0;
  }
  // It has told since when it waits, and counted itself for all, and not yet for itself.
  void is_just_joining() { gauges().queued = 0; }
  // Its stream was served elsewhere, or is gone.
  void stop_waiting() {
    gauges().waits_since = 0;
    gauges().queued = 0;
    --load().queued;
  }

 private:
  WorkerProxyGauges& gauges() { return lab_.shared().proxy_gauges(1, 0); }
  ProxyLoad& load() { return lab_.shared().proxy_load(0); }

  Lab& lab_;
  Fd bell_;
};

// One request is served and one waits, in a worker of two.
struct Full {
  Lab lab{listen_with({.servers = " server s @s1 maxconn 1\n http-reuse never\n"}), 1, 2};
  Peer& first = lab.connect();
  Peer* server = nullptr;
  Peer* second = nullptr;

  Full() {
    first.send(request("/1"));
    server = &lab.accept();
    server->read_until("\r\n\r\n");
    second = &lab.connect();
    second->send(request("/2"));
    lab.turn();
  }
  // The one that waited goes on.
  void serve_second() {
    Peer& next = lab.accept();
    CHECK(next.read_until("\r\n\r\n").starts_with("GET /2 "));
    answer(next, *second);
  }
};

}  // namespace

TEST_CASE("a slot is left to another worker whose stream has waited notably longer") {
  Full full;
  Neighbour neighbour(full.lab, 1'000);
  if (GENERATE(false, true)) neighbour.is_just_joining();
  answer(*full.server, full.first);
  CHECK_FALSE(full.lab.has_unexpected_connection());
  CHECK(neighbour.was_woken());
  neighbour.stop_waiting();
  full.lab.worker().doorbell();
  full.serve_second();
}

TEST_CASE("a slot is not left to a worker whose stream came later, nor woken for nothing") {
  Full full;
  Neighbour neighbour(full.lab, -1'000);
  answer(*full.server, full.first);
  Peer& next = full.lab.accept();
  CHECK_FALSE(neighbour.was_woken());
  answer(next, *full.second);
  CHECK(full.lab.run_until([&] { return neighbour.was_woken(); }));
  neighbour.stop_waiting();
}

TEST_CASE("a slot is not left to a worker that hangs") {
  Full full;
  Neighbour neighbour(full.lab, 1'000);
  neighbour.heartbeat().beat_ns = Lab::now_ns() - 1'000'000'000;
  answer(*full.server, full.first);
  full.serve_second();
  neighbour.stop_waiting();
}

TEST_CASE("a newcomer does not overtake another worker's stream") {
  Lab lab(listen_with({.servers = " server s @s1 maxconn 1\n http-reuse never\n"}), 1, 2);
  Neighbour neighbour(lab, 1'000);
  Peer& client = lab.connect();
  client.send(request("/1"));
  CHECK_FALSE(lab.has_unexpected_connection());
  neighbour.stop_waiting();
  lab.worker().doorbell();
  Peer& server = lab.accept();
  server.read_until("\r\n\r\n");
  answer(server, client);
}

TEST_CASE("a stream that stops waiting wakes the workers that let it go first") {
  Full full;
  Neighbour neighbour(full.lab, -1'000);
  full.second->reset();
  CHECK(full.lab.run_until([&] { return neighbour.was_woken(); }));
  neighbour.stop_waiting();
  answer(*full.server, full.first);
}

TEST_CASE("who waits for a server that goes down is sent elsewhere with `option redispatch`") {
  Wanted wanted(" option redispatch\n");
  take_down(wanted.lab, 0);
  Peer& b = wanted.lab.accept(2);
  CHECK(b.read_until("\r\n\r\n").starts_with("GET /2 "));
  answer(b, wanted.second);
  answer(wanted.a, wanted.first);
}

TEST_CASE("who waits for a server that goes down goes on waiting where nothing says otherwise") {
  Wanted wanted("");
  take_down(wanted.lab, 0);
  CHECK_FALSE(wanted.lab.has_unexpected_connection(2));
  wanted.second.reset();
  answer(wanted.a, wanted.first);
}

TEST_CASE("`option persist` keeps its turn at a server that goes down") {
  Wanted wanted(" option redispatch\n option persist\n");
  take_down(wanted.lab, 0);
  CHECK_FALSE(wanted.lab.has_unexpected_connection(2));
  answer(wanted.a, wanted.first);
  Peer& again = wanted.lab.accept(1);
  CHECK(again.read_until("\r\n\r\n").starts_with("GET /2 "));
  answer(again, wanted.second);
}

TEST_CASE("who waits is served first come, first served") {
  Lab lab(listen_with({.lines = " http-reuse never\n", .servers = " server s @s1 maxconn 1\n"}));
  std::vector<Peer*> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(&lab.connect());
    clients.back()->send(fmt::format("GET /{} HTTP/1.0\r\n\r\n", i));
    lab.turn();
  }
  CHECK(lab.loads() == "conns=4 fe_conns=4 be_served=4 be_queued=3 served=1");
  for (int i = 0; i < 4; ++i) {
    Peer& server = lab.accept();
    CHECK(server.read_until("\r\n\r\n").starts_with(fmt::format("GET /{} ", i)));
    CHECK_FALSE(lab.has_unexpected_connection());
    answer(server, *clients[static_cast<size_t>(i)]);
  }
}

// The one place is taken, and who came second has waited for it in vain.
struct InVain {
  explicit InVain(std::string_view lines = "")
      : lab(listen_with(
            {.timeouts = " timeout client 4s\n timeout server 4s\n timeout queue 50ms\n",
             .lines = lines,
             .servers = " server s @s1 maxconn 1\n"})) {
    Peer& second = lab.connect();
    second.send(request("/2"));
    CHECK(second.read_until("\r\n") == "HTTP/1.1 503 Service Unavailable\r\n");
  }
  Lab lab;
  Peer& first = lab.connect();
  Peer& server = lab.reach_server(first, request("/1"));
};

TEST_CASE("a wait of `timeout queue` ends with 503, and the log says sQ") {
  InVain waited;
  CHECK(waited.lab.log_line().find(" sQ-- ") != std::string::npos);
  answer(waited.server, waited.first);
}

TEST_CASE("a queue of `maxqueue` sends the next one elsewhere") {
  Wanted wanted("", "maxqueue 1");
  CHECK_FALSE(wanted.lab.has_unexpected_connection(2));
  Peer& third = wanted.lab.connect();
  third.send(request("/3"));
  Peer& b = wanted.lab.accept(2);
  CHECK(b.read_until("\r\n\r\n").starts_with("GET /3 "));
  answer(b, third);
  wanted.second.reset();
  wanted.lab.turn();
  answer(wanted.a, wanted.first);
}

// Its end had been read before the answer was, and the session stayed until `timeout client`.
TEST_CASE("who half-closes while it waits is served, and let go") {
  Lab lab(listen_with({.timeouts = " timeout client 60s\n timeout server 60s\n",
                       .servers = " server s @s1 maxconn 1\n"}));
  Peer& first = lab.connect();
  Peer& server = lab.reach_server(first, request("/1"));
  Peer& second = lab.connect();
  second.send(request("/2"));
  lab.turn();
  second.finish();
  lab.turn();
  answer(server, first);
  Peer& again = lab.accept();
  again.read_until("\r\n\r\n");
  again.send(kOk);
  CHECK(second.read_to_end() == kOk);
}

TEST_CASE("who leaves the queue of a server is logged with it, and with whom it serves") {
  Wanted wanted("");
  wanted.second.reset();
  const std::string line = wanted.lab.log_line();
  INFO(line);
  CHECK(line.find(" l/a ") != std::string::npos);
  CHECK(line.find(" CQVN 2/2/1/1/0 1/0 ") != std::string::npos);
  answer(wanted.a, wanted.first);
}

TEST_CASE("who leaves the queue of a backend is logged without a server") {
  Full full;
  full.second->reset();
  const std::string line = full.lab.log_line();
  INFO(line);
  CHECK(line.find(" l/<NOSRV> ") != std::string::npos);
  CHECK(line.find(" CQ-- 2/2/1/0/0 0/1 ") != std::string::npos);
  answer(*full.server, full.first);
}

TEST_CASE("a server that a key chose is counted as chosen although it had no room") {
  InVain waited(" balance source\n");
  CHECK(waited.lab.log_line().find(" l/s ") != std::string::npos);
  CHECK(waited.lab.server_counters().lb_tot.value() == 2);
  CHECK(waited.lab.server_counters().conn_errors.value() == 1);
  answer(waited.server, waited.first);
}
