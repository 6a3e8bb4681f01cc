// SPDX-License-Identifier: MIT
#include "shm/load_audit.h"

#include "base/testing.h"

namespace hawser {
namespace {

struct OneServer {
  Config config;
  std::unique_ptr<Shared> shared;
  OneServer() {
    config.proxies.push_back(std::make_unique<ProxyConfig>());
    config.proxies[0]->servers.resize(1);
    config.first_server = config.first_listener = {0};
    config.servers = 1;
    auto made = Shared::create(config, 2);
    REQUIRE(made);
    shared = std::move(made).value();
  }
};

uint32_t look_often(LoadAudit& audit) {
  uint32_t repaired = 0;
  for (int i = 0; i < 20; ++i) repaired += audit.look();
  return repaired;
}

TEST_CASE("a load that lost a share it had is given it back, wrapped or not") {
  OneServer site;
  LoadAudit audit(*site.shared);
  ServerLoad& load = site.shared->server_load(0);
  site.shared->server_gauges(1, 0).served = 3;
  SECTION("one too few") { load.served = 2; }
  SECTION("one too many") { load.served = 4; }
  SECTION("below zero") { load.served = UINT32_MAX; }
  audit.begin();
  CHECK(look_often(audit) == 1);
  CHECK(load.served == 3);
}

TEST_CASE("client connections are repaired for the frontend and for the program") {
  OneServer site;
  LoadAudit audit(*site.shared);
  site.shared->proxy_gauges(0, 0).fe_conns = 5;
  site.shared->proxy_load(0).fe_conns = 6;
  site.shared->header().conns = 6;
  audit.begin();
  CHECK(look_often(audit) == 2);
  CHECK(site.shared->proxy_load(0).fe_conns == 5);
  CHECK(site.shared->header().conns == 5);
}

TEST_CASE("a worker that is between its two stores is not disturbed") {
  OneServer site;
  LoadAudit audit(*site.shared);
  audit.begin();
  for (int i = 0; i < 9; ++i) {
    site.shared->server_load(0).served = i % 2;
    CHECK(audit.look() == 0);
  }
}

TEST_CASE("without a death nothing is compared") {
  OneServer site;
  LoadAudit audit(*site.shared);
  site.shared->server_load(0).served = 7;
  CHECK(look_often(audit) == 0);
  CHECK(site.shared->server_load(0).served == 7);
}

}  // namespace
}  // namespace hawser
