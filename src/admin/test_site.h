// SPDX-License-Identifier: MIT
// For the tests of this folder: a small configuration with its shared segment, and a control that
// notes what it is asked.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "admin/command.h"
#include "base/testing.h"
#include "loop/loop.h"

namespace hawser {

class FakeControl : public RuntimeControl {
 public:
  void ask_workers(std::string request, std::function<void(std::string)> done) override {
    calls.push_back(request);
    if (!answers_late) return done(answer);
    late = std::move(done);
  }
  void set_server_admin(uint32_t server, ServerAdmin admin) override {
    constexpr std::string_view kNames[] = {"ready", "drain", "maint"};
    note(server, kNames[static_cast<size_t>(admin)]);
  }
  Result<void> set_server_weight(uint32_t server, std::string_view weight) override {
    note(server, "weight " + std::string(weight));
    if (weight == "300") return Error{"Absolute weight can only be between 0 and 256 inclusive."};
    return {};
  }
  void set_server_health(uint32_t server, ServerHealth health) override {
    constexpr std::string_view kNames[] = {"down", "up", "stopping"};
    note(server, kNames[static_cast<size_t>(health)]);
  }
  void enable_checks(uint32_t server, bool on) override {
    note(server, on ? "checks on" : "checks off");
  }
  Result<void> set_frontend(uint32_t proxy, FrontendStanding standing) override {
    constexpr std::string_view kNames[] = {"open", "paused", "stopped"};
    note(proxy, kNames[static_cast<size_t>(standing)]);
    if (!resumes && standing == FrontendStanding::kOpen) return Error{"the port is taken"};
    return {};
  }
  std::string last_check_text(uint32_t server) const override {
    return server == 0 ? text_of_first : "";
  }

  void ask_vrrp(std::span<const uint32_t> instances, const VrrpRequest& request,
                std::function<void(std::string)> done) override {
    constexpr std::string_view kNames[] = {"priority", "maintenance", "release"};
    std::string call(kNames[static_cast<size_t>(request.kind)]);
    for (const uint32_t instance : instances) call += " " + std::to_string(instance);
    call += ": " + std::to_string(request.priority) + (request.on ? " on " : " off ") +
            std::to_string(request.duration.count());
    calls.push_back(call);
    done("");
  }

  std::vector<std::string> calls;
  std::string answer;         // of the workers
  bool resumes = true;        // frontends do
  std::string text_of_first;  // what the last check of the first server met
  bool answers_late = false;
  std::function<void(std::string)> late;

 private:
  void note(uint32_t server, std::string_view what) {
    calls.push_back(std::to_string(server) + " " + std::string(what));
  }
};

// Frontend `www` (id 2), backend `app` (id 3) with the checked servers s1 and s2, s2 being a
// backup, and the listen section `db` (id 4) in mode tcp with the unchecked server m.
struct TestSite {
  explicit TestSite(uint32_t workers = 2) {
    ProxyConfig& www = add("www", ProxyKind::kFrontend, 2);
    www.maxconn = 200;
    www.binds.resize(1);
    www.binds[0].id = 1;
    www.binds[0].address = *Address::parse_ip("127.0.0.1", 8080);
    ProxyConfig& app = add("app", ProxyKind::kBackend, 3);
    app.fullconn = 20;
    app.balance.name = "leastconn";
    add_server(app, "s1", 8001).set.weight = 10;
    add_server(app, "s2", 8002).set.backup = true;
    for (ServerConfig& server : app.servers) server.set.check = true;
    ProxyConfig& db = add("db", ProxyKind::kListen, 4);
    db.mode = Mode::kTcp;
    add_server(db, "m", 3306);
    settle();
    config.global.maxconn = 1000;
    auto made = Shared::create(config, workers);
    REQUIRE(made);
    shared = std::move(made).value();
    shared->header().maxconn.store(1000);
  }

  Config config;
  std::unique_ptr<Shared> shared;
  FakeControl control;

 private:
  ProxyConfig& add(const char* name, ProxyKind kind, uint32_t id) {
    auto proxy = std::make_unique<ProxyConfig>();
    proxy->name = name;
    proxy->kind = kind;
    proxy->id = id;
    proxy->mode = Mode::kHttp;
    proxy->index = static_cast<uint32_t>(config.proxies.size());
    config.proxies.push_back(std::move(proxy));
    return *config.proxies.back();
  }
  ServerConfig& add_server(ProxyConfig& proxy, const char* name, uint16_t port) {
    ServerConfig& server = proxy.servers.emplace_back();
    server.name = name;
    server.proxy = proxy.index;
    server.id = static_cast<uint32_t>(proxy.servers.size());
    server.address = *Address::parse_ip("127.0.0.1", port);
    return server;
  }
  void settle() {
    for (const auto& proxy : config.proxies) {
      config.first_server.push_back(config.servers);
      config.first_listener.push_back(config.listeners);
      config.servers += static_cast<uint32_t>(proxy->servers.size());
      config.listeners += static_cast<uint32_t>(proxy->binds.size());
    }
  }
};

}  // namespace hawser
