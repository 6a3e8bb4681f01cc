// SPDX-License-Identifier: MIT
// Where a connection, a request and their bytes are counted, and that what was counted in is
// counted out.
#include "proxy/testing.h"

using namespace hawser;

namespace {

std::string site(std::string_view servers) {
  return listen_with({.lines = " http-reuse always\n", .servers = servers});
}

// Each shared number beside this worker's part of it: they are the same with one worker.
void check_shares(Lab& lab) {
  Shared& shared = lab.shared();
  const ServerLoad& server = shared.server_load(0);
  const WorkerServerGauges& of_server = shared.server_gauges(0, 0);
  CHECK(of_server.served.load() == server.served.load());
  CHECK(of_server.queued.load() == server.queued.load());
  CHECK(of_server.idle.load() == server.idle.load());
  const ProxyLoad& proxy = shared.proxy_load(0);
  const WorkerProxyGauges& of_proxy = shared.proxy_gauges(0, 0);
  CHECK(of_proxy.fe_conns.load() == proxy.fe_conns.load());
  CHECK(of_proxy.be_served.load() == proxy.be_served.load());
  CHECK(of_proxy.queued.load() == proxy.queued.load());
}

// Waits until this many streams are in the backend.
bool serves(Lab& lab, uint32_t streams) {
  return lab.run_until([&] { return lab.shared().proxy_load(0).be_served.load() == streams; });
}

}  // namespace

TEST_CASE("an exchange is counted wherever it passes") {
  Lab lab(site(" server s @s1\n"));
  Peer& client = lab.connect();
  Peer& server = lab.reach_server(client);
  answer(server, client);
  REQUIRE(serves(lab, 0));
  Shared& shared = lab.shared();
  const auto check_bytes = [](const auto& counts) {
    CHECK(counts.bytes_in.value() == kGet.size());
    CHECK(counts.bytes_out.value() == kOk.size());
  };
  check_bytes(shared.frontend(0, 0));
  check_bytes(shared.backend(0, 0));
  check_bytes(shared.server(0, 0));
  check_bytes(shared.listener(0, 0));
  CHECK(shared.frontend(0, 0).conn_tot.value() == 1);
  CHECK(shared.frontend(0, 0).req_tot.value() == 1);
  CHECK(shared.frontend(0, 0).http_2xx.value() == 1);
  CHECK(shared.backend(0, 0).sess_tot.value() == 1);
  CHECK(shared.backend(0, 0).connects.value() == 1);
  CHECK(shared.backend(0, 0).reuses.value() == 0);
  CHECK(shared.server(0, 0).sess_tot.value() == 1);
  CHECK(shared.server(0, 0).http_2xx.value() == 1);
  CHECK(shared.listener(0, 0).conn_tot.value() == 1);

  client.send(kGet);
  server.read_until("\r\n\r\n");
  answer(server, client);
  REQUIRE(serves(lab, 0));
  CHECK(shared.frontend(0, 0).conn_tot.value() == 1);
  CHECK(shared.frontend(0, 0).req_tot.value() == 2);
  CHECK(shared.frontend(0, 0).bytes_in.value() == 2 * kGet.size());
  CHECK(shared.backend(0, 0).connects.value() == 1);
  CHECK(shared.backend(0, 0).reuses.value() == 1);
  CHECK(shared.server(0, 0).sess_tot.value() == 2);
}

TEST_CASE("what is there now has its share of this worker beside it, and its highest stays") {
  Lab lab(site(" server s @s1 maxconn 1\n"));
  check_shares(lab);
  Peer& first = lab.connect();
  Peer& server = lab.reach_server(first);
  Peer& second = lab.connect();
  second.send(kGet);
  REQUIRE(lab.has_loads("conns=2 fe_conns=2 be_served=2 be_queued=1 served=1"));
  check_shares(lab);
  answer(server, first);
  server.read_until("\r\n\r\n");
  answer(server, second);
  REQUIRE(serves(lab, 0));
  check_shares(lab);
  first.close();
  second.close();
  REQUIRE(lab.run_until([&] { return lab.shared().header().conns.load() == 0; }));
  check_shares(lab);
  Shared& shared = lab.shared();
  CHECK(shared.header().conns_max.load() == 2);
  CHECK(shared.proxy_load(0).fe_conns_max.load() == 2);
  CHECK(shared.proxy_load(0).be_served_max.load() == 2);
  CHECK(shared.proxy_load(0).queued_max.load() == 1);
  CHECK(shared.server_load(0).served_max.load() == 1);
}
