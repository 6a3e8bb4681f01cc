// SPDX-License-Identifier: MIT
// Rows of frontends, their listeners, and backends.
#include <sys/socket.h>

#include <algorithm>

#include "admin/server_standing.h"
#include "admin/stats_sum.h"
#include "admin/stats_table.h"

namespace hawser {
namespace {

using enum StatColumn;

uint64_t load_of(const std::atomic<uint32_t>& value) {
  return value.load(std::memory_order_relaxed);
}

// A backend's servers as one: what is left to take new sessions.
struct Usable {
  uint64_t active = 0, backup = 0;
  uint64_t weight = 0, user_weight = 0;  // of the active ones, or of the backups that stand in
};

Usable usable_servers(const StatSource& source, const ProxyConfig& proxy) {
  Usable usable, backups;
  for (size_t i = 0; i < proxy.servers.size(); ++i) {
    const auto slot = source.config.first_server[proxy.index] + static_cast<uint32_t>(i);
    const ServerSettings& set = proxy.servers[i].set;
    const ServerStanding at = standing_of(source.shared.server_state(slot), set);
    if (!at.takes_new || at.weight == 0) continue;
    Usable& group = set.backup ? backups : usable;
    ++(set.backup ? usable.backup : usable.active);
    // Without `option allbackups` only the first backup server is used at a time.
    if (set.backup && backups.weight > 0 && !proxy.option(Option::kAllbackups)) continue;
    group.weight += at.weight;
    group.user_weight += at.user_weight;
  }
  if (usable.active == 0) {
    usable.weight = backups.weight;
    usable.user_weight = backups.user_weight;
  }
  return usable;
}

// A backend's servers by their health alone, whatever their weight and whoever waits as a backup.
struct Healthy {
  uint64_t up = 0;       // neither down nor in maintenance
  uint64_t checked = 0;  // whose last check passed
};

Healthy healthy_servers(const StatSource& source, const ProxyConfig& proxy) {
  Healthy healthy;
  for (size_t i = 0; i < proxy.servers.size(); ++i) {
    const auto slot = source.config.first_server[proxy.index] + static_cast<uint32_t>(i);
    const ServerState& state = source.shared.server_state(slot);
    const ServerStanding at = standing_of(state, proxy.servers[i].set);
    if (at.in_maint) continue;
    if (at.word.health != ServerHealth::kDown) ++healthy.up;
    const auto last = static_cast<CheckStatus>(state.check_status.load(std::memory_order_relaxed));
    if (at.check_shown && check_passed(last)) ++healthy.checked;
  }
  return healthy;
}

std::string listening_status(const StatSource& source, const ProxyConfig& proxy, uint64_t sessions,
                             uint64_t limit) {
  const bool stopping = source.shared.header().stopping.load(std::memory_order_relaxed) != 0;
  const auto standing = source.shared.frontend_state(proxy.index).standing.load();
  if (stopping || standing == FrontendStanding::kStopped) return "STOP";
  if (standing == FrontendStanding::kPaused) return "PAUSED";
  return limit > 0 && sessions >= limit ? "FULL" : "OPEN";
}

// Of a socket that was inherited, the kernel knows it.
std::string address_of(const BindConfig& bind) {
  Address address = bind.address;
  if (bind.inherited_fd >= 0) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    auto* name = reinterpret_cast<sockaddr*>(&storage);
    if (::getsockname(bind.inherited_fd, name, &length) != 0) return "";
    address = Address::from_sockaddr(name, length);
  }
  return address.is_unix() ? "unix" : address.text();
}

}  // namespace

void fill_frontend_row(const StatSource& source, const ProxyConfig& proxy, StatRow& row) {
  const ProxyLoad& load = source.shared.proxy_load(proxy.index);
  const ProxyMarks& marks = source.shared.proxy_marks(proxy.index);
  const auto sum = frontend_sum(source.shared, proxy.index);
  fill_identity(proxy, StatKind::kFrontend, 0, "FRONTEND", row);
  fill_counters(frontend_counters(), sum, proxy.mode, row);

  const uint64_t conns = load_of(load.fe_conns);
  const uint64_t limit = proxy.maxconn > 0 ? proxy.maxconn : process_maxconn(source);
  row[scur] = conns;
  row[smax] = std::max(conns, load_of(load.fe_conns_max));
  if (limit > 0) row[slim] = limit;
  row[status] = listening_status(source, proxy, conns, limit);

  const auto put_rate = [&](StatColumn now, StatColumn most, RateCounter FrontendCounters::*counter,
                            const std::atomic<uint32_t>& mark) {
    const uint64_t value = sum.rate(counter, source.now_ms);
    row[now] = value;
    row[most] = std::max(value, load_of(mark));
  };
  put_rate(rate, rate_max, &FrontendCounters::sess_rate, marks.fe_sess_rate_max);
  put_rate(conn_rate, conn_rate_max, &FrontendCounters::conn_rate, marks.conn_rate_max);
  // As HAProxy: a frontend tells its requests, 0 in mode tcp; backends and servers do not.
  put_rate(req_rate, req_rate_max, &FrontendCounters::req_rate, marks.req_rate_max);
  row[req_tot] = sum(&FrontendCounters::req_tot);
  row[rate_lim] = uint64_t{proxy.rate_limit_sessions};
}

void fill_listener_row(const StatSource& source, const ProxyConfig& proxy, uint32_t position,
                       StatRow& row) {
  const BindConfig& bind = proxy.binds[position];
  const uint32_t slot = source.config.first_listener[proxy.index] + position;
  fill_identity(proxy, StatKind::kListener, bind.id,
                bind.name.empty() ? "sock-" + std::to_string(bind.id) : bind.name, row);
  fill_counters(listener_counters(), listener_sum(source.shared, slot), proxy.mode, row);
  // Every worker has a listening socket of its own: the maximum is that of all of them together at
  // most.
  uint64_t conns = 0, most = 0;
  for (uint32_t worker = 0; worker < source.shared.workers(); ++worker) {
    conns += load_of(source.shared.listener(worker, slot).conns);
    most += load_of(source.shared.listener(worker, slot).conns_max);
  }
  row[scur] = conns;
  row[smax] = std::max(conns, most);
  row[slim] = uint64_t{bind.maxconn};
  row[status] = listening_status(source, proxy, conns, bind.maxconn);
  if (source.with_addresses) row[addr] = address_of(bind);
}

void fill_backend_row(const StatSource& source, const ProxyConfig& proxy, StatRow& row) {
  const ProxyLoad& load = source.shared.proxy_load(proxy.index);
  const ProxyMarks& marks = source.shared.proxy_marks(proxy.index);
  const BackendState& state = source.shared.backend_state(proxy.index);
  const auto sum = backend_sum(source.shared, proxy.index);
  fill_identity(proxy, StatKind::kBackend, 0, "BACKEND", row);
  fill_counters(backend_counters(), sum, proxy.mode, row);

  row[qcur] = load_of(load.queued);
  row[qmax] = std::max(load_of(load.queued), load_of(load.queued_max));
  row[scur] = load_of(load.be_served);
  row[smax] = std::max(load_of(load.be_served), load_of(load.be_served_max));
  if (proxy.fullconn > 0) row[slim] = uint64_t{proxy.fullconn};

  // A backend that has no servers, and redirects or answers itself, is not down.
  const Usable usable = usable_servers(source, proxy);
  const bool down = usable.weight == 0 && !proxy.servers.empty();
  row[status] = down ? "DOWN" : "UP";
  row[weight] = usable.weight;
  row[uweight] = usable.user_weight;
  row[act] = usable.active;
  row[bck] = usable.backup;
  const Healthy healthy = healthy_servers(source, proxy);
  row[agg_server_status] = healthy.up;
  row[agg_server_check_status] = row[agg_check_status] = healthy.checked;
  const uint64_t times_down = load_of(state.times_down);
  row[chkdown] = times_down - std::min(times_down, load_of(marks.cleared_times_down));
  const int64_t since_ms =
      std::max<int64_t>(0, source.now_ms - state.changed_ms.load(std::memory_order_relaxed));
  row[lastchg] = static_cast<uint64_t>(since_ms / 1000);
  if (!proxy.servers.empty()) {
    int64_t down_ms = state.down_ms.load(std::memory_order_relaxed);
    if (state.down.load(std::memory_order_relaxed) != 0) down_ms += since_ms;
    row[downtime] = static_cast<uint64_t>(std::max<int64_t>(0, down_ms) / 1000);
  }

  const uint64_t now_rate = sum.rate(&BackendCounters::sess_rate, source.now_ms);
  row[rate] = now_rate;
  row[rate_max] = std::max(now_rate, load_of(marks.be_sess_rate_max));
  row[lastsess] = sum.last_session(&BackendCounters::last_session_ms, source.now_ms);
  fill_times<BackendCounters>(sum, row);
  if (source.with_addresses) {
    if (proxy.cookie.how != CookieConfig::How::kNone) row[cookie] = proxy.cookie.name;
    row[algo] = std::string(proxy.balance.name);
  }
}

}  // namespace hawser
