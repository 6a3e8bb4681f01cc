// SPDX-License-Identifier: MIT
// For tests: a backend "be" made by hand, the segment for it, and a recorder of what is told.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/testing.h"
#include "check/health_events.h"
#include "config/model.h"
#include "shm/shared.h"

namespace hawser {

class CheckedFarm : public HealthEvents {
 public:
  // Servers s1 … s<active>, then b1 … b<backup>, all with `check`, rise 2 and fall 3.
  explicit CheckedFarm(uint32_t active, uint32_t backup = 0) {
    auto proxy = std::make_unique<ProxyConfig>();
    proxy->kind = ProxyKind::kBackend;
    proxy->name = "be";
    proxy->index = 0;
    for (uint32_t i = 0; i < active + backup; ++i) {
      ServerConfig server;
      server.proxy = 0;
      server.set.check = true;
      server.set.backup = i >= active;
      server.set.weight = 10;
      server.name =
          server.set.backup ? "b" + std::to_string(i - active + 1) : "s" + std::to_string(i + 1);
      server.address = *Address::parse_ip("127.0.0.1", 1);
      proxy->servers.push_back(std::move(server));
    }
    config.proxies.push_back(std::move(proxy));
    config.first_listener = {0};
    config.first_server = {0};
    config.servers = active + backup;
  }

  ProxyConfig& backend() { return *config.proxies[0]; }
  ServerSettings& settings(uint32_t server) { return backend().servers[server].set; }
  Shared& shared() {
    if (shared_ == nullptr) shared_ = std::move(*Shared::create(config, 1));
    return *shared_;
  }
  ServerState& state(uint32_t server) { return shared().server_state(server); }
  bool is_up(uint32_t server) { return is_usable(health_of(state(server))); }

  void log(const ProxyConfig&, LogLevel level, std::string_view text) override {
    lines.push_back(std::string(log_level_name(level)) + ": " + std::string(text));
  }
  void servers_changed(std::span<const ProxyConfig* const> backends) override {
    publications += backends.size();
    if (on_change) on_change();
  }

  // The lines since the last call.
  std::vector<std::string> told() { return std::exchange(lines, {}); }

  Config config;
  std::vector<std::string> lines;
  size_t publications = 0;
  std::function<void()> on_change;

 private:
  std::unique_ptr<Shared> shared_;
};

using Lines = std::vector<std::string>;

}  // namespace hawser
