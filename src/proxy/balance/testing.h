// SPDX-License-Identifier: MIT
// A backend for the tests of balancing: its lines in, picks out.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/rng.h"
#include "base/testing.h"
#include "base/text.h"
#include "config/draft.h"
#include "proxy/balance/balancer.h"
#include "shm/schedule.h"
#include "shm/server_state.h"

namespace hawser {

// The words of a line as the parser would hand them to a keyword.
inline std::vector<Word> words_of(std::string_view line) {
  std::vector<Word> words;
  for (const std::string_view text : split(line, ' ')) {
    if (!text.empty()) words.push_back({text, {1, 0, 1}, static_cast<uint16_t>(text.size())});
  }
  return words;
}

// Reads one of the keywords of balancing; the errors are in `diag`.
inline bool read_line(std::string_view line, ProxyConfig& proxy, Diag& diag) {
  const std::vector<Word> words = words_of(line);
  const Keyword* keyword = Registry<Keyword>::find(words[0].text);
  REQUIRE(keyword != nullptr);
  Draft draft;
  KeywordCall call(words, 1, diag, draft, kInBackend, &proxy, false);
  return keyword->parse(call);
}

class Farm {
 public:
  // Lines of a backend: `balance`, `hash-type`, `hash-balance-factor`, `option allbackups`, and
  // `server NAME` with weight, id, maxconn, backup and disabled.
  explicit Farm(const std::vector<std::string>& lines, uint32_t workers = 1) {
    config_.proxies.push_back(std::make_unique<ProxyConfig>());
    ProxyConfig& proxy = *config_.proxies[0];
    proxy.kind = ProxyKind::kBackend;
    proxy.mode = Mode::kHttp;
    proxy.index = 0;
    proxy.fullconn = 1000;
    for (const std::string& line : lines) add_line(proxy, line);
    number_servers(proxy);
    if (proxy.balance.algo == nullptr)
      proxy.balance.algo = Registry<BalanceAlgo>::find("roundrobin");
    proxy.balance.static_weights = has_static_weights(proxy);
    config_.first_server = {0};
    config_.first_listener = {0};
    config_.servers = static_cast<uint32_t>(proxy.servers.size());
    auto shared = Shared::create(config_, workers);
    REQUIRE(shared);
    shared_ = std::move(shared).value();
    for (uint32_t i = 0; i < workers; ++i) balancers_.push_back(make_balancer(proxy));
    rebuild();
  }

  const ProxyConfig& config() const { return *config_.proxies[0]; }
  BackendView view() { return {config(), *shared_, 0}; }
  Balancer& balancer(uint32_t worker = 0) { return *balancers_[worker]; }
  ServerLoad& load(std::string_view name) { return shared_->server_load(position(name)); }

  // The name of the picked server; "-": none.
  std::string pick(uint64_t key = kNoKey, const ServerSet& avoid = {}, uint32_t worker = 0) {
    const uint32_t picked = balancers_[worker]->pick(view(), key, avoid);
    return picked == kNoIndex ? "-" : config().servers[picked].name;
  }
  // `count` picks, each of which is served until the end of the test, as one text.
  std::string hold(size_t count, uint64_t key = kNoKey) {
    std::string text;
    for (size_t i = 0; i < count; ++i) {
      const std::string name = pick(key);
      if (name != "-") load(name).served.fetch_add(1);
      text += (text.empty() ? "" : " ") + name;
    }
    return text;
  }
  std::string pick_many(size_t count) {
    std::string text;
    for (size_t i = 0; i < count; ++i) text += (text.empty() ? "" : " ") + pick();
    return text;
  }

  ServerSet set_of(std::initializer_list<std::string_view> names) {
    ServerSet set;
    for (const std::string_view name : names) set.add(position(name));
    return set;
  }
  void take_down(std::string_view name) {
    HealthWord word;
    word.health = ServerHealth::kDown;
    shared_->server_state(position(name)).word.store(word.packed());
    rebuild();
  }
  void set_weight(std::string_view name, uint32_t weight) {
    shared_->server_state(position(name)).weight.store(weight * 16);
    rebuild();
  }
  // What control and then every worker do after a change.
  void rebuild() {
    publish_schedule(*shared_, config_, 0);
    for (auto& balancer : balancers_) balancer->rebuild(view());
  }
  uint32_t position(std::string_view name) const {
    for (uint32_t i = 0; i < config().servers.size(); ++i) {
      if (config().servers[i].name == name) return i;
    }
    FAIL("no server " << name);
    return 0;
  }

 private:
  static void add_line(ProxyConfig& proxy, const std::string& line) {
    if (line.starts_with("server ")) return add_server(proxy, words_of(line));
    if (line == "option allbackups") {
      proxy.options.set(static_cast<size_t>(Option::kAllbackups));
      return;
    }
    Diag diag;
    INFO(line);
    REQUIRE(read_line(line, proxy, diag));
  }
  static void add_server(ProxyConfig& proxy, const std::vector<Word>& words) {
    ServerConfig server;
    server.name = words[1].text;
    for (size_t i = 2; i < words.size(); ++i) {
      const std::string_view word = words[i].text;
      if (word == "backup") server.set.backup = true;
      if (word == "disabled") server.set.disabled = true;
      if (i + 1 == words.size()) continue;
      const auto number = static_cast<uint32_t>(parse_uint(words[i + 1].text).value_or(0));
      if (word == "weight") server.set.weight = static_cast<uint16_t>(number);
      if (word == "id") server.id = number;
      if (word == "maxconn") server.set.maxconn = number;
      if (word == "minconn") server.set.minconn = number;
    }
    proxy.servers.push_back(std::move(server));
  }

  // As resolve() does: a server without id gets the first free one from its position on.
  static void number_servers(ProxyConfig& proxy) {
    std::set<uint32_t> taken;
    for (const ServerConfig& server : proxy.servers) taken.insert(server.id);
    for (uint32_t i = 0; i < proxy.servers.size(); ++i) {
      uint32_t& id = proxy.servers[i].id;
      if (id != 0) continue;
      for (id = i + 1; !taken.insert(id).second;) ++id;
    }
  }

  Config config_;
  std::unique_ptr<Shared> shared_;
  std::vector<std::unique_ptr<Balancer>> balancers_;
};

}  // namespace hawser
