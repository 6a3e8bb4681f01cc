// SPDX-License-Identifier: MIT
#include "shm/shared.h"

#include <sys/wait.h>

#include "base/testing.h"
#include "shm/server_state.h"

namespace hawser {
namespace {

// Backends with the given numbers of servers, one bind each.
std::unique_ptr<Config> make_config(std::initializer_list<uint32_t> sizes) {
  auto config = std::make_unique<Config>();
  for (const uint32_t size : sizes) {
    auto proxy = std::make_unique<ProxyConfig>();
    proxy->kind = ProxyKind::kListen;
    proxy->servers.resize(size);
    proxy->binds.resize(1);
    config->first_server.push_back(config->servers);
    config->first_listener.push_back(config->listeners);
    config->servers += size;
    config->listeners += 1;
    config->proxies.push_back(std::move(proxy));
  }
  return config;
}

std::unique_ptr<Shared> make_shared_memory(const Config& config, uint32_t workers) {
  auto made = Shared::create(config, workers);
  REQUIRE(made);
  return std::move(made).value();
}

TEST_CASE("slots do not overlap") {
  const auto config = make_config({3, 0, 2});
  const auto shared = make_shared_memory(*config, 2);
  for (uint32_t worker = 0; worker < 2; ++worker) {
    for (uint32_t i = 0; i < 3; ++i) {
      shared->frontend(worker, i).conn_tot.add(1);
      shared->backend(worker, i).sess_tot.add(1);
      shared->listener(worker, i).conn_tot.add(1);
    }
    for (uint32_t i = 0; i < 5; ++i) shared->server(worker, i).sess_tot.add(1);
    shared->process_counters(worker).conn_tot.add(1);
  }
  uint64_t sum = 0;
  for (uint32_t worker = 0; worker < 2; ++worker) {
    for (uint32_t i = 0; i < 3; ++i) {
      sum += shared->frontend(worker, i).conn_tot.value();
      sum += shared->backend(worker, i).sess_tot.value();
      sum += shared->listener(worker, i).conn_tot.value();
    }
    for (uint32_t i = 0; i < 5; ++i) sum += shared->server(worker, i).sess_tot.value();
    sum += shared->process_counters(worker).conn_tot.value();
  }
  CHECK(sum == 30);
}

TEST_CASE("a server starts as the configuration says") {
  const auto config = make_config({3});
  auto& servers = config->proxies[0]->servers;
  servers[1].set.disabled = true;
  servers[2].set.weight = 7;
  servers[2].set.check = true;
  const auto shared = make_shared_memory(*config, 1);
  CHECK(is_usable(health_of(shared->server_state(0))));
  CHECK_FALSE(is_usable(health_of(shared->server_state(1))));
  CHECK(is_usable(health_of(shared->server_state(2))));
  CHECK(health_of(shared->server_state(2)).check_enabled);
  CHECK(shared->server_state(0).weight == 16);
  CHECK(shared->server_state(2).weight == 7 * 16);
  CHECK(shared->server_state(2).user_weight == 7);
}

TEST_CASE("both halves of a schedule have room for every server") {
  const auto config = make_config({2, 1000});
  const auto shared = make_shared_memory(*config, 1);
  CHECK(shared->schedule_entries(0, 0).size() == 512);
  CHECK(shared->schedule_entries(1, 1).size() == 16000);
  CHECK(shared->schedule_entries(0, 1).data() ==
        shared->schedule_entries(0, 0).data() + shared->schedule_entries(0, 0).size());
  CHECK(shared->schedule_entries(1, 0).data() ==
        shared->schedule_entries(0, 1).data() + shared->schedule_entries(0, 1).size());
}

TEST_CASE("a dead worker's share is taken back, and nobody else's") {
  const auto config = make_config({1});
  const auto shared = make_shared_memory(*config, 2);
  shared->server_load(0).served = 5;
  shared->server_gauges(0, 0).served = 3;
  shared->server_gauges(1, 0).served = 2;
  shared->server_load(0).queued = 1;
  shared->server_gauges(0, 0).queued = 1;
  shared->proxy_load(0).fe_conns = 9;
  shared->proxy_gauges(0, 0).fe_conns = 4;
  shared->proxy_gauges(1, 0).fe_conns = 5;
  shared->listener(0, 0).conns = 4;
  shared->listener_load(0).conns = 6;
  shared->header().conns = 9;

  CHECK(shared->take_back(0) == 4);
  CHECK(shared->server_load(0).served == 2);
  CHECK(shared->server_load(0).queued == 0);
  CHECK(shared->proxy_load(0).fe_conns == 5);
  CHECK(shared->header().conns == 5);
  CHECK(shared->listener(0, 0).conns == 0);
  CHECK(shared->listener_load(0).conns == 2);
  CHECK(shared->server_gauges(1, 0).served == 2);

  CHECK(shared->take_back(0) == 0);
  CHECK(shared->server_load(0).served == 2);
}

TEST_CASE("a worker that died between its two stores leaves no wrapped gauge") {
  const auto config = make_config({1});
  const auto shared = make_shared_memory(*config, 1);
  shared->server_load(0).served = 1;
  shared->server_gauges(0, 0).served = 2;
  shared->take_back(0);
  CHECK(shared->server_load(0).served == 0);
}

TEST_CASE("a forked child writes what its parent reads") {
  const auto config = make_config({1});
  const auto shared = make_shared_memory(*config, 1);
  const pid_t child = fork();
  if (child == 0) {
    shared->frontend(0, 0).conn_tot.add(7);
    _exit(0);
  }
  REQUIRE(waitpid(child, nullptr, 0) == child);
  CHECK(shared->frontend(0, 0).conn_tot.value() == 7);
}

TEST_CASE("a large configuration costs only the pages it touches") {
  const auto config = make_config({60'000, 60'000});
  const auto shared = make_shared_memory(*config, kMaxWorkers);
  shared->server(kMaxWorkers - 1, 119'999).sess_tot.add(1);
  CHECK(shared->server(kMaxWorkers - 1, 119'999).sess_tot.value() == 1);
}

TEST_CASE("check results have HAProxy's words") {
  CHECK(check_status_word(CheckStatus::kL4Ok) == "L4OK");
  CHECK(check_status_text(CheckStatus::kL7Status) == "Layer7 wrong status");
}

}  // namespace
}  // namespace hawser
