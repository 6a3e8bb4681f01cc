// SPDX-License-Identifier: MIT
// Commands that list backends and their servers.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>

#include "admin/command.h"
#include "admin/server_standing.h"
#include "base/text.h"

namespace hawser {
namespace {

// A line for each server of one backend, or of all.
class ServerWalk {
 public:
  using Print = void (*)(Shared& shared, const ProxyConfig& backend, const ServerConfig& server,
                         uint32_t slot, std::string& out);
  ServerWalk(const Config& config, Shared& shared, const ProxyConfig* only, Print print)
      : config_(config), shared_(shared), only_(only), print_(print) {}

  bool operator()(std::string& out) {
    while (proxy_ < config_.proxies.size()) {
      const ProxyConfig& proxy = *config_.proxies[proxy_];
      const bool shown = !proxy.disabled && (only_ == nullptr || only_ == &proxy);
      if (shown && server_ < proxy.servers.size()) {
        const uint32_t slot = config_.first_server[proxy_] + server_;
        print_(shared_, proxy, proxy.servers[server_++], slot, out);
        return true;
      }
      ++proxy_;
      server_ = 0;
    }
    return false;
  }

 private:
  const Config& config_;
  Shared& shared_;
  const ProxyConfig* only_;
  Print print_;
  size_t proxy_ = 0;
  uint32_t server_ = 0;
};

void list_servers(CommandCall& call, std::string_view header, ServerWalk::Print print) {
  const ProxyConfig* only = nullptr;
  if (!call.args.empty()) {
    only = find_backend(call.config, call.args[0]);
    if (only == nullptr) {
      const auto id = parse_uint(call.args[0]);
      if (id) only = find_backend(call.config, "#" + std::string(call.args[0]));
    }
    if (only == nullptr) return call.reply("Can't find backend.");
  }
  call.stream([header, walk = ServerWalk(call.config, call.shared, only, print),
               begun = false](std::string& out) mutable {
    if (!std::exchange(begun, true)) out += header;
    return walk(out);
  });
}

std::string ip_or_dash(const Address& address) { return address.is_ip() ? address.ip_text() : "-"; }

std::string_view or_dash(std::string_view text) { return text.empty() ? "-" : text; }

uint32_t op_state(const ServerStanding& at) {
  enum OpState : uint32_t { kStopped, kStarting, kRunning, kStopping };
  if (at.in_maint || at.word.health == ServerHealth::kDown) return kStopped;
  if (at.word.health == ServerHealth::kStopping) return kStopping;
  return at.throttle < 100 ? kStarting : kRunning;
}

uint32_t admin_state(const ServerStanding& at) {
  enum AdminFlag : uint32_t { kForcedMaint = 1, kConfigMaint = 4, kForcedDrain = 8 };
  uint32_t flags = 0;
  if ((at.word.admin & kAdminMaint) != 0) flags |= kForcedMaint;
  if ((at.word.admin & kAdminForcedByConfig) != 0) flags |= kForcedMaint | kConfigMaint;
  if ((at.word.admin & kAdminDrain) != 0) flags |= kForcedDrain;
  return flags;
}

uint32_t check_state(const ServerStanding& at, const ServerSettings& set) {
  enum CheckFlag : uint32_t { kConfigured = 2, kEnabled = 4, kPaused = 8 };
  uint32_t flags = set.check ? kConfigured : 0u;
  if (at.word.check_enabled) flags |= kEnabled;
  if (at.in_maint) flags |= kPaused;
  return flags;
}

void print_server_state(Shared& shared, const ProxyConfig& backend, const ServerConfig& server,
                        uint32_t slot, std::string& out) {
  const ServerState& state = shared.server_state(slot);
  const ServerStanding at = standing_of(state, server.set);
  const auto status = static_cast<CheckStatus>(state.check_status.load(std::memory_order_relaxed));
  // HAProxy says INI of a server that has no check as well.
  const uint32_t status_number = status == CheckStatus::kUnknown
                                     ? check_status_number(CheckStatus::kInit)
                                     : check_status_number(status);
  const int64_t since_ms = monotonic_ms() - state.changed_ms.load(std::memory_order_relaxed);
  fmt::format_to(std::back_inserter(out),
                 "{} {} {} {} {} {} {} {} {} {} {} {} {} {} 0 {} {} {} {} - 0 {} {} - 0\n",
                 backend.id, backend.name, server.id, server.name, ip_or_dash(server.address),
                 op_state(at), admin_state(at), at.user_weight, server.set.weight,
                 std::max<int64_t>(0, since_ms) / 1000, status_number, check_result_number(status),
                 at.word.streak, check_state(at, server.set), backend.id_given ? 1 : 0,
                 server.id_given ? 1 : 0, or_dash(server.hostname), server.address.port(),
                 server.set.check_port,
                 server.set.check_addr ? ip_or_dash(*server.set.check_addr) : "-");
}

void run_show_servers_state(CommandCall& call) {
  list_servers(call,
               "1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state "
               "srv_uweight srv_iweight srv_time_since_last_change srv_check_status "
               "srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id "
               "srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port "
               "srv_check_addr srv_agent_addr srv_agent_port\n",
               print_server_state);
}

// HAProxy's columns, with workers in place of threads.
void print_server_conns(Shared& shared, const ProxyConfig& backend, const ServerConfig& server,
                        uint32_t slot, std::string& out) {
  const ServerLoad& load = shared.server_load(slot);
  const uint32_t idle = load.idle.load(std::memory_order_relaxed);
  const uint32_t safe = std::min(idle, load.idle_safe.load(std::memory_order_relaxed));
  const uint32_t used = load.served.load(std::memory_order_relaxed);
  fmt::format_to(std::back_inserter(out), "{}/{} {}/{} {} {} - {} {} {} {} {} {} {} {}",
                 backend.name, server.name, backend.id, server.id, ip_or_dash(server.address),
                 server.address.port(), server.set.pool_purge_delay.count(), used,
                 std::max(used, load.served_max.load(std::memory_order_relaxed)),
                 std::max(used, load.needed.load(std::memory_order_relaxed)), idle - safe, safe,
                 server.set.pool_max_conn, idle);
  for (uint32_t worker = 0; worker < shared.workers(); ++worker) {
    fmt::format_to(std::back_inserter(out), " {}",
                   shared.server_gauges(worker, slot).idle.load(std::memory_order_relaxed));
  }
  out += '\n';
}

void run_show_servers_conn(CommandCall& call) {
  list_servers(call,
               "# bkname/svname bkid/svid addr port - purge_delay used_cur used_max need_est "
               "unsafe_nb safe_nb idle_lim idle_cur idle_per_worker\n",
               print_server_conns);
}

void run_show_backend(CommandCall& call) {
  std::string out = "# name\n";
  for (const auto& proxy : call.config.proxies) {
    if (has_backend(proxy->kind) && !proxy->disabled) (out += proxy->name) += '\n';
  }
  call.reply(std::move(out));
}

constexpr Command kRows[] = {
    {.name = "show backend",
     .run = run_show_backend,
     .summary = "list backends in the current running config"},
    {.name = "show servers conn",
     .run = run_show_servers_conn,
     .args = "[<backend>]",
     .summary = "dump server connections status (all or for a single backend)"},
    {.name = "show servers state",
     .run = run_show_servers_state,
     .args = "[<backend>]",
     .summary = "dump volatile server information (all or for a single backend)"},
};
HW_REGISTER(Command, kRows);

}  // namespace
}  // namespace hawser
