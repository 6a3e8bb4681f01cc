// SPDX-License-Identifier: MIT
#include "shm/schedule.h"

#include <map>
#include <string>

#include "base/testing.h"
#include "shm/server_state.h"

namespace hawser {
namespace {

// One backend whose servers have these weights, and its shared segment.
struct Farm {
  explicit Farm(std::initializer_list<uint16_t> weights) {
    auto proxy = std::make_unique<ProxyConfig>();
    proxy->kind = ProxyKind::kBackend;
    proxy->index = 0;
    for (const uint16_t weight : weights) {
      proxy->servers.emplace_back();
      proxy->servers.back().set.weight = weight;
    }
    config.first_server = {0};
    config.first_listener = {0};
    config.servers = static_cast<uint32_t>(weights.size());
    config.proxies.push_back(std::move(proxy));
  }
  ProxyConfig& backend() { return *config.proxies[0]; }
  void start() { shared = std::move(Shared::create(config, 4)).value(); }

  void set_word(uint32_t server, const HealthWord& word) {
    shared->server_state(server).word.store(word.packed());
    publish_schedule(*shared, config, 0);
  }
  void set_weight(uint32_t server, uint32_t sixteenths) {
    shared->server_state(server).weight.store(sixteenths);
    publish_schedule(*shared, config, 0);
  }
  // The next `count` turns, as letters.
  std::string turns(size_t count) {
    std::string text;
    for (size_t i = 0; i < count; ++i) {
      TurnView view(*shared, 0);
      text += view.length() == 0 ? '-' : static_cast<char>('a' + view.at(view.take()));
    }
    return text;
  }

  Config config;
  std::unique_ptr<Shared> shared;
};

std::string order_of(std::initializer_list<uint32_t> weights, size_t capacity = 1000) {
  std::vector<Candidate> from;
  for (const uint32_t weight : weights)
    from.push_back({static_cast<uint32_t>(from.size()), weight});
  std::string text;
  for (const uint16_t position : turn_order(from, capacity))
    text += static_cast<char>('a' + position);
  return text;
}

TEST_CASE("turns interleave and repeat after the reduced sum of the weights") {
  struct Row {
    std::initializer_list<uint32_t> weights;
    const char* order;
  };
  for (const Row& row :
       {Row{{1, 1, 1}, "abc"}, Row{{3, 2, 1}, "abacba"}, Row{{48, 32, 16}, "abacba"},
        Row{{4, 1}, "aabaa"}, Row{{7}, "a"}, Row{{5, 5}, "ab"}}) {
    INFO(row.order);
    CHECK(order_of(row.weights) == row.order);
  }
}

TEST_CASE("no server has two turns more than its share anywhere in the order") {
  const std::vector<Candidate> from = {{0, 50}, {1, 31}, {2, 16}, {3, 3}};
  const std::vector<uint16_t> order = turn_order(from, 1000);
  REQUIRE(order.size() == 100);
  std::map<uint16_t, double> had;
  for (size_t i = 0; i < order.size(); ++i) {
    had[order[i]] += 1;
    for (const Candidate& each : from) {
      const double share = static_cast<double>(i + 1) * each.weight / 100;
      CHECK(std::abs(had[static_cast<uint16_t>(each.position)] - share) < 2);
    }
  }
}

TEST_CASE("an order that is too long is rounded, and the smallest keep a turn") {
  const std::string order = order_of({4096, 4095, 1}, 100);
  CHECK(order.size() <= 100);
  CHECK(std::count(order.begin(), order.end(), 'c') == 1);
  CHECK(std::abs(std::count(order.begin(), order.end(), 'a') -
                 std::count(order.begin(), order.end(), 'b')) <= 1);
}

TEST_CASE("the capacity is exact for the configuration and fine enough for changes") {
  Farm pair{1, 1}, coprime{256, 255, 253}, shared_factor{200, 100}, none{};
  CHECK(schedule_capacity(pair.backend()) == 512);
  CHECK(schedule_capacity(coprime.backend()) == 764);
  CHECK(schedule_capacity(shared_factor.backend()) == 512);
  CHECK(schedule_capacity(none.backend()) == 0);
}

TEST_CASE("the master publishes the first order before anybody runs") {
  Farm farm{3, 2, 1};
  farm.start();
  CHECK(farm.turns(12) == "abacbaabacba");
}

TEST_CASE("a server without weight or health gets no turn") {
  Farm farm{1, 1, 1};
  farm.start();
  farm.set_weight(1, 0);
  CHECK(farm.turns(4) == "acac");
  farm.set_word(0, {.health = ServerHealth::kDown});
  CHECK(farm.turns(2) == "cc");
  farm.set_word(2, {.admin = kAdminDrain});
  CHECK(farm.turns(2) == "--");
  farm.set_word(2, {.health = ServerHealth::kStopping});
  CHECK(farm.turns(2) == "--");
  farm.set_word(0, {.admin = kAdminMaint});
  CHECK(farm.turns(2) == "--");
}

TEST_CASE("a server that starts slowly gets its part of a share") {
  Farm farm{1, 1};
  farm.start();
  farm.set_weight(1, 4);
  const std::string turns = farm.turns(5);
  CHECK(std::count(turns.begin(), turns.end(), 'b') == 1);
}

TEST_CASE("static weights know only in and out") {
  Farm farm{3, 1};
  farm.backend().balance.static_weights = true;
  farm.start();
  farm.set_weight(1, 16 * 100);
  CHECK(farm.turns(4) == "aaba");
  farm.set_weight(1, 0);
  CHECK(farm.turns(4) == "aaaa");
}

TEST_CASE("backup servers are used when no active server is left") {
  Farm farm{1, 1, 1};
  farm.backend().servers[1].set.backup = farm.backend().servers[2].set.backup = true;
  farm.start();
  CHECK(farm.turns(2) == "aa");

  SECTION("the first of them") {
    farm.set_word(0, {.health = ServerHealth::kDown});
    CHECK(farm.turns(2) == "bb");
    farm.set_word(1, {.health = ServerHealth::kDown});
    CHECK(farm.turns(2) == "cc");
  }
  SECTION("all of them with option allbackups") {
    farm.backend().options.set(static_cast<size_t>(Option::kAllbackups));
    farm.set_weight(0, 0);
    CHECK(farm.turns(4) == "bcbc");
  }
}

TEST_CASE("every publication lets the balancers rebuild") {
  Farm farm{1};
  farm.start();
  const uint32_t before = farm.shared->proxy_load(0).servers_changed.load();
  publish_schedule(*farm.shared, farm.config, 0);
  CHECK(farm.shared->proxy_load(0).servers_changed.load() == before + 1);
}

}  // namespace
}  // namespace hawser
