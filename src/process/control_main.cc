// SPDX-License-Identifier: MIT
#include "admin/cli.h"
#include "base/log.h"
#include "check/health.h"
#include "loop/watch.h"
#include "process/frontend_sockets.h"
#include "process/process_log.h"
#include "process/roles.h"
#include "process/service_probes.h"
#include "shm/schedule.h"
#include "vrrp/vrrp_control.h"

namespace hawser {
namespace {

std::vector<CliListener> cli_listeners(const Listeners& listeners) {
  std::vector<CliListener> sockets;
  for (const StatsSocket& socket : listeners.stats_sockets()) {
    sockets.push_back({socket.bind, socket.fd});
  }
  return sockets;
}

class Control final : public Role, private RuntimeControl, private HealthEvents {
 public:
  Control(Loop& loop, const Inherited& inherited, AskWorkers ask)
      : config_(inherited.config),
        shared_(inherited.shared),
        listeners_(inherited.listeners),
        ask_(std::move(ask)),
        health_(loop, config_, shared_, *this),
        cli_(loop, config_, shared_, *this, cli_listeners(inherited.listeners)) {
    if (config_.vrrp_instances.empty()) return;
    services_ = std::make_unique<ServiceProbes>(loop);
    vrrp_ = std::make_unique<VrrpControl>(loop, config_, shared_, *services_);
  }

  void start(std::function<void()> ready) override {
    health_.start();
    if (vrrp_) vrrp_->start();
    ready();
  }

  void drain(std::function<void()> finished) override {
    health_.stop();
    cli_.stop_accepting();
    stop(std::move(finished));
  }

  // Scripts and mails that tell of the end of virtual routers are still to come.
  void stop(std::function<void()> finished) override {
    if (!vrrp_) return finished();
    vrrp_->stop(std::move(finished));
  }

  std::string answer(const std::string&) override { return ""; }
  void doorbell() override {
    if (vrrp_) vrrp_->doorbell();
  }

 private:
  // RuntimeControl: what commands may do to the rest of the program.
  void ask_workers(std::string request, std::function<void(std::string)> done) override {
    ask_(std::move(request), std::move(done));
  }
  void set_server_admin(uint32_t server, ServerAdmin admin) override {
    health_.set_server_admin(server, admin);
  }
  Result<void> set_server_weight(uint32_t server, std::string_view weight) override {
    return health_.set_server_weight(server, weight);
  }
  void set_server_health(uint32_t server, ServerHealth health) override {
    health_.set_server_health(server, health);
  }
  void enable_checks(uint32_t server, bool on) override { health_.enable_checks(server, on); }
  Result<void> set_frontend(uint32_t proxy, FrontendStanding standing) override {
    auto switched = switch_frontend(shared_, listeners_, proxy, standing);
    constexpr std::string_view kWhat[] = {"Resumed", "Paused", "Stopped"};
    if (switched) {
      HW_WARN("{} frontend {}.", kWhat[static_cast<size_t>(standing)],
              config_.proxies[proxy]->name);
    }
    return switched;
  }
  std::string last_check_text(uint32_t server) const override {
    return health_.last_check_text(server);
  }
  void ask_vrrp(std::span<const uint32_t> instances, const VrrpRequest& request,
                std::function<void(std::string)> done) override {
    HW_ASSERT(vrrp_);  // the commands know the instances of the configuration only
    vrrp_->ask(instances, request, std::move(done));
  }

  // HealthEvents: what follows from the checks.
  void log(const ProxyConfig& backend, LogLevel level, std::string_view text) override {
    process_log().send(&backend, level, text);
  }
  void servers_changed(std::span<const ProxyConfig* const> backends) override {
    for (const ProxyConfig* backend : backends) publish_schedule(shared_, config_, backend->index);
    for (uint32_t worker = 0; worker < shared_.workers(); ++worker) {
      Doorbell::ring(shared_.process(kFirstWorker + worker).doorbell.load());
    }
  }

  const Config& config_;
  Shared& shared_;
  const Listeners& listeners_;
  AskWorkers ask_;
  HealthChecker health_;
  CliServer cli_;
  std::unique_ptr<ServiceProbes> services_;  // with vrrp_
  std::unique_ptr<VrrpControl> vrrp_;        // nullptr: the configuration has no vrrp section
};

}  // namespace

std::unique_ptr<Role> make_control(Loop& loop, const Inherited& inherited, AskWorkers ask) {
  return std::make_unique<Control>(loop, inherited, std::move(ask));
}

}  // namespace hawser
