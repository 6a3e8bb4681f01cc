// SPDX-License-Identifier: MIT
// Rows of servers.
#include <algorithm>

#include "admin/server_standing.h"
#include "admin/stats_sum.h"
#include "admin/stats_table.h"

namespace hawser {
namespace {

using enum StatColumn;

void fill_load(const StatSource& source, const ServerSettings& set, uint32_t slot, StatRow& row) {
  const ServerLoad& load = source.shared.server_load(slot);
  const uint64_t served = load.served.load(std::memory_order_relaxed);
  const uint64_t queued = load.queued.load(std::memory_order_relaxed);
  row[qcur] = queued;
  row[qmax] = std::max<uint64_t>(queued, load.queued_max.load(std::memory_order_relaxed));
  row[scur] = served;
  row[smax] = std::max<uint64_t>(served, load.served_max.load(std::memory_order_relaxed));
  if (set.maxconn > 0) row[slim] = uint64_t{set.maxconn};
  if (set.maxqueue > 0) row[qlimit] = uint64_t{set.maxqueue};
  row[srv_icur] = uint64_t{load.idle.load(std::memory_order_relaxed)};
  if (set.pool_max_conn >= 0) row[src_ilim] = static_cast<uint64_t>(set.pool_max_conn);
  const uint64_t idle = load.idle.load(std::memory_order_relaxed);
  const uint64_t safe = load.idle_safe.load(std::memory_order_relaxed);
  row[idle_conn_cur] = idle - std::min(idle, safe);
  row[safe_conn_cur] = safe;
  row[used_conn_cur] = served;
  row[need_conn_est] = std::max<uint64_t>(served, load.needed.load(std::memory_order_relaxed));
}

void fill_check(const StatSource& source, const ServerSettings& set, const ServerStanding& at,
                uint32_t slot, StatRow& row) {
  const ServerState& state = source.shared.server_state(slot);
  const ServerMarks& marks = source.shared.server_marks(slot);
  const auto since_cleared = [](uint32_t count, const std::atomic<uint32_t>& cleared) {
    return uint64_t{count - std::min(count, cleared.load(std::memory_order_relaxed))};
  };
  row[chkfail] = since_cleared(state.checks_failed.load(std::memory_order_relaxed),
                               marks.cleared_checks_failed);
  row[chkdown] =
      since_cleared(state.times_down.load(std::memory_order_relaxed), marks.cleared_times_down);
  int64_t down_ms = state.down_ms.load(std::memory_order_relaxed);
  if (at.word.health == ServerHealth::kDown) {
    down_ms += source.now_ms - state.changed_ms.load(std::memory_order_relaxed);
  }
  row[downtime] = static_cast<uint64_t>(std::max<int64_t>(0, down_ms) / 1000);
  if (!at.check_shown) return;
  const auto status = static_cast<CheckStatus>(state.check_status.load(std::memory_order_relaxed));
  row[check_status] = std::string(check_status_word(status));
  row[check_desc] = std::string(check_status_text(status));
  const uint32_t code = state.check_code.load(std::memory_order_relaxed);
  if (code != 0) row[check_code] = uint64_t{code};
  if (status != CheckStatus::kInit && status != CheckStatus::kUnknown) {
    row[check_duration] = uint64_t{state.check_ms.load(std::memory_order_relaxed)};
  }
  row[check_rise] = uint64_t{set.rise};
  row[check_fall] = uint64_t{set.fall};
  row[check_health] = uint64_t{at.word.streak};
  if (source.last_check) {
    if (std::string text = source.last_check(slot); !text.empty()) row[last_chk] = std::move(text);
  }
}

}  // namespace

void fill_server_row(const StatSource& source, const ProxyConfig& proxy, uint32_t position,
                     StatRow& row) {
  const ServerConfig& server = proxy.servers[position];
  const uint32_t slot = source.config.first_server[proxy.index] + position;
  const ServerState& state = source.shared.server_state(slot);
  const ServerStanding at = standing_of(state, server.set);
  const auto sum = server_sum(source.shared, slot);

  fill_identity(proxy, StatKind::kServer, server.id, server.name, row);
  fill_counters(server_counters(), sum, proxy.mode, row);
  fill_load(source, server.set, slot, row);
  row[status] = status_text(at, server.set);
  row[weight] = uint64_t{at.weight};
  row[uweight] = uint64_t{at.user_weight};
  row[act] = uint64_t{server.set.backup ? 0u : 1u};
  row[bck] = uint64_t{server.set.backup ? 1u : 0u};
  if (at.throttle < 100) row[throttle] = uint64_t{at.throttle};
  const int64_t changed_ms = state.changed_ms.load(std::memory_order_relaxed);
  row[lastchg] = static_cast<uint64_t>(std::max<int64_t>(0, source.now_ms - changed_ms) / 1000);
  if (at.word.check_enabled) fill_check(source, server.set, at, slot, row);

  const uint64_t now_rate = sum.rate(&ServerCounters::sess_rate, source.now_ms);
  const ServerMarks& marks = source.shared.server_marks(slot);
  row[rate] = now_rate;
  row[rate_max] = std::max<uint64_t>(now_rate, marks.sess_rate_max.load(std::memory_order_relaxed));
  row[lastsess] = sum.last_session(&ServerCounters::last_session_ms, source.now_ms);
  fill_times<ServerCounters>(sum, row);
  if (source.with_addresses) {
    row[addr] = server.address.is_unix() ? "unix" : server.address.text();
    if (!server.cookie.empty()) row[cookie] = server.cookie;
  }
}

}  // namespace hawser
