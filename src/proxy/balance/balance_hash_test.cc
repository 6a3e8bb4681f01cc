// SPDX-License-Identifier: MIT
// What hashing promises. That the results are HAProxy's is in hash_golden_test.cc.
#include <map>

#include "base/hash.h"
#include "proxy/balance/key.h"
#include "proxy/balance/testing.h"

namespace hawser {
namespace {

constexpr uint32_t kKeys = 4000;

std::map<uint64_t, std::string> assign(Farm& farm) {
  std::map<uint64_t, std::string> servers;
  for (uint32_t i = 0; i < kKeys; ++i) servers[avalanche(i)] = farm.pick(avalanche(i));
  return servers;
}

std::vector<std::string> ten_servers(const std::string& hash_type) {
  std::vector<std::string> lines = {"balance source", "hash-type " + hash_type};
  for (int i = 0; i < 10; ++i) lines.push_back("server s" + std::to_string(i) + " weight 10");
  return lines;
}

TEST_CASE("with a consistent hash a server that leaves moves its own keys and no others") {
  Farm farm(ten_servers("consistent"));
  const auto before = assign(farm);
  farm.take_down("s4");
  const auto after = assign(farm);
  size_t moved = 0;
  for (const auto& [key, server] : before) {
    if (server == "s4") {
      REQUIRE(after.at(key) != "s4");
      ++moved;
    } else {
      REQUIRE(after.at(key) == server);
    }
  }
  CHECK(std::abs(static_cast<int>(moved) - int{kKeys} / 10) < int{kKeys} / 50);
}

TEST_CASE("with a consistent hash a weight that grows only attracts keys") {
  Farm farm(ten_servers("consistent"));
  const auto before = assign(farm);
  farm.set_weight("s7", 40);
  for (const auto& [key, server] : assign(farm)) {
    if (server != "s7") REQUIRE(before.at(key) == server);
  }
}

TEST_CASE("a map shares out the keys by weight") {
  Farm farm({"balance source", "server a weight 3", "server b weight 2", "server c"});
  std::map<std::string, int> keys;
  for (uint64_t key = 0; key < 600; ++key) ++keys[farm.pick(key)];
  CHECK(keys["a"] == 300);
  CHECK(keys["b"] == 200);
  CHECK(keys["c"] == 100);
}

TEST_CASE("with a map weights set at run time only take out and bring back") {
  Farm farm({"balance source", "server a", "server b"});
  farm.set_weight("b", 100);
  CHECK(farm.pick(0) == "a");
  CHECK(farm.pick(1) == "b");
  farm.set_weight("b", 0);
  CHECK(farm.pick(1) == "a");
}

TEST_CASE("with a map servers that are all configured without weight stay out") {
  Farm farm({"balance source", "server a weight 0", "server b weight 0"});
  farm.set_weight("b", 100);
  CHECK(farm.pick(0) == "-");
}

TEST_CASE("a key waits for its own server when that is full") {
  for (const std::string type : {"map-based", "consistent"}) {
    Farm farm({"balance source", "hash-type " + type, "server a maxconn 1", "server b maxconn 1"});
    const std::string own = farm.pick(12345);
    farm.load(own).served = 1;
    CHECK(farm.pick(12345) == own);
  }
}

TEST_CASE("a key whose server was tried, or has just gone down, moves on") {
  for (const std::string type : {"map-based", "consistent"}) {
    Farm farm({"balance source", "hash-type " + type, "server a", "server b", "server c"});
    const std::string own = farm.pick(12345);
    const std::string other = farm.pick(12345, farm.set_of({own}));
    CHECK(other != own);
    CHECK(other != "-");
    CHECK(farm.pick(12345, farm.set_of({"a", "b", "c"})) != "-");
    HealthWord down;
    down.health = ServerHealth::kDown;
    farm.view().state(farm.position(own)).word.store(down.packed());
    CHECK(farm.pick(12345) != own);
  }
}

TEST_CASE("without a key the servers take turns") {
  for (const std::string type : {"map-based", "consistent"}) {
    Farm farm({"balance source", "hash-type " + type, "server a", "server b", "server c"});
    CHECK(farm.pick_many(4) == "a b c a");
  }
}

TEST_CASE("without a usable server there is no pick") {
  for (const std::string type : {"map-based", "consistent"}) {
    Farm farm({"balance source", "hash-type " + type, "server a disabled"});
    CHECK(farm.pick(1) == "-");
    CHECK(farm.pick() == "-");
  }
}

// Each sequence is HAProxy's for clients of 127.0.0.1 that stay connected.
TEST_CASE("hash-balance-factor moves on what exceeds a server's share, as HAProxy does") {
  struct Row {
    std::string factor;
    std::vector<std::string> servers;
    const char* picks;
  };
  const Row rows[] = {
      {"150", {"1", "2", "3"}, "2 3 2 3 2 3 2 3 2 3 2 3 2 3 2 3 2 3"},
      {"200",
       {"1 weight 3", "2 weight 2", "3 weight 1"},
       "2 3 2 3 2 2 3 2 2 3 2 2 3 2 2 3 2 2 3 2 2 3 2 2"},
      {"101",
       {"1 weight 3", "2 weight 2", "3 weight 1"},
       "2 3 1 2 1 3 1 2 1 2 1 3 1 2 1 2 1 3 1 2 1 2 1 3"},
      {"125",
       {"1 weight 5", "2 weight 2", "3 weight 1"},
       "2 1 1 1 2 1 1 1 2 1 2 1 1 1 2 1 2 1 1 1 2 1 1 2 1 1 1 2 1 2"},
      {"130",
       {"1 weight 1", "2 weight 1", "3 weight 5"},
       "3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 2 3 3 3 3 3 3 3 3 3 3 3 3 3 2"},
      {"150",
       {"1 weight 1 id 7", "2 weight 2 id 9", "3 weight 5"},
       "2 3 3 2 3 3 2 3 2 3 3 3 2 3 2 3 3 2 3 2 3 3 2 3 2 3 3 3 2 3"},
  };
  for (const Row& row : rows) {
    INFO(row.picks);
    std::vector<std::string> lines = {"balance source", "hash-type consistent",
                                      "hash-balance-factor " + row.factor};
    for (const std::string& server : row.servers) lines.push_back("server " + server);
    Farm farm(lines);
    const auto client = Address::parse_ip("127.0.0.1");
    const std::string picks = row.picks;
    CHECK(farm.hold((picks.size() + 1) / 2, balance_hash_address(farm.config().hash, *client)) ==
          picks);
  }
}

}  // namespace
}  // namespace hawser
