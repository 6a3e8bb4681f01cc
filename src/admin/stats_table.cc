// SPDX-License-Identifier: MIT
#include "admin/stats_table.h"

#include "admin/stats_sum.h"
#include "shm/server_state.h"

namespace hawser {
namespace {

constexpr std::array<Field, kStatColumns> kFields = {{
#define HW_COLUMN(name, tags, type, objects, help) {#name, tags, FieldType::type, help},
#include "admin/stat_columns.def"
#undef HW_COLUMN
}};
constexpr std::string_view kObjects[] = {
#define HW_COLUMN(name, tags, type, objects, help) objects,
#include "admin/stat_columns.def"
#undef HW_COLUMN
};

// One array a set: the lines of the other sets come to nothing.
#define HW_IN_frontend(...)
#define HW_IN_backend(...)
#define HW_IN_server(...)
#define HW_IN_listener(...)
#define HW_IN_process(...)
#define HW_COUNTER(set, name, column, help) HW_IN_##set(name, column)

#undef HW_IN_frontend
#define HW_IN_frontend(name, column) {StatColumn::column, &FrontendCounters::name},
constexpr CounterColumn<FrontendCounters> kFrontendCounters[] = {
#include "shm/counters.def"
};
#undef HW_IN_frontend
#define HW_IN_frontend(...)

#undef HW_IN_backend
#define HW_IN_backend(name, column) {StatColumn::column, &BackendCounters::name},
constexpr CounterColumn<BackendCounters> kBackendCounters[] = {
#include "shm/counters.def"
};
#undef HW_IN_backend
#define HW_IN_backend(...)

#undef HW_IN_server
#define HW_IN_server(name, column) {StatColumn::column, &ServerCounters::name},
constexpr CounterColumn<ServerCounters> kServerCounters[] = {
#include "shm/counters.def"
};
#undef HW_IN_server
#define HW_IN_server(...)

#undef HW_IN_listener
#define HW_IN_listener(name, column) {StatColumn::column, &ListenerCounters::name},
constexpr CounterColumn<ListenerCounters> kListenerCounters[] = {
#include "shm/counters.def"
};
#undef HW_IN_listener
#undef HW_IN_frontend
#undef HW_IN_backend
#undef HW_IN_server
#undef HW_IN_process
#undef HW_COUNTER

uint32_t kind_bit(StatKind kind) { return 1u << static_cast<unsigned>(kind); }

}  // namespace

std::span<const Field, kStatColumns> stat_fields() { return kFields; }
std::string_view stat_objects(size_t column) { return kObjects[column]; }
std::span<const CounterColumn<FrontendCounters>> frontend_counters() { return kFrontendCounters; }
std::span<const CounterColumn<BackendCounters>> backend_counters() { return kBackendCounters; }
std::span<const CounterColumn<ServerCounters>> server_counters() { return kServerCounters; }
std::span<const CounterColumn<ListenerCounters>> listener_counters() { return kListenerCounters; }

bool is_http_column(StatColumn column) {
  switch (column) {
    case StatColumn::hrsp_1xx:
    case StatColumn::hrsp_2xx:
    case StatColumn::hrsp_3xx:
    case StatColumn::hrsp_4xx:
    case StatColumn::hrsp_5xx:
    case StatColumn::hrsp_other:
    case StatColumn::req_tot:
    case StatColumn::req_rate:
    case StatColumn::req_rate_max:
    case StatColumn::intercepted:
      return true;
    default:
      return false;
  }
}

void fill_identity(const ProxyConfig& proxy, StatKind kind, uint32_t id, std::string name,
                   StatRow& row) {
  row.cells.fill({});
  row.kind = kind;
  row.proxy_id = proxy.id;
  row.id = id;
  row[StatColumn::pxname] = proxy.name;
  row[StatColumn::svname] = std::move(name);
  row[StatColumn::pid] = uint64_t{1};
  row[StatColumn::iid] = uint64_t{proxy.id};
  row[StatColumn::sid] = uint64_t{id};
  row[StatColumn::type] = static_cast<uint64_t>(kind);
  row[StatColumn::mode] = proxy.mode == Mode::kHttp ? "http" : "tcp";
}

uint32_t process_maxconn(const StatSource& source) {
  return source.shared.header().maxconn.load(std::memory_order_relaxed);
}

bool StatsTable::next(StatRow& row) {
  while (proxy_ < source_.config.proxies.size()) {
    const ProxyConfig& proxy = *source_.config.proxies[proxy_];
    const bool wanted = !proxy.disabled && (!filter_.proxy_id || *filter_.proxy_id == proxy.id);
    if (wanted && step_ != Step::kDone) {
      if (fill(row, proxy)) return true;
      continue;
    }
    ++proxy_;
    step_ = Step::kFrontend;
    item_ = 0;
  }
  return false;
}

// One step within a proxy; true: it gave a row.
bool StatsTable::fill(StatRow& row, const ProxyConfig& proxy) {
  const uint32_t item = item_++;
  const auto advance = [this](Step to) {
    step_ = to;
    item_ = 0;
  };
  switch (step_) {
    case Step::kFrontend:
      advance(Step::kListeners);
      if (!has_frontend(proxy.kind) || !shows(proxy, StatKind::kFrontend, 0)) return false;
      fill_frontend_row(source_, proxy, row);
      return true;
    case Step::kListeners:
      if (!proxy.option(Option::kSocketStats) || item >= proxy.binds.size()) {
        advance(Step::kServers);
        return false;
      }
      if (!shows(proxy, StatKind::kListener, proxy.binds[item].id)) return false;
      fill_listener_row(source_, proxy, item, row);
      return true;
    case Step::kServers: {
      if (item >= proxy.servers.size()) {
        advance(Step::kBackend);
        return false;
      }
      if (!shows(proxy, StatKind::kServer, proxy.servers[item].id)) return false;
      const uint32_t slot = source_.config.first_server[proxy.index] + item;
      const HealthWord word = health_of(source_.shared.server_state(slot));
      const bool maint = (word.admin & (kAdminMaint | kAdminForcedByConfig)) != 0;
      if (maint && (filter_.no_maint || filter_.up)) return false;
      if (word.health == ServerHealth::kDown && filter_.up) return false;
      fill_server_row(source_, proxy, item, row);
      return true;
    }
    case Step::kBackend:
      advance(Step::kDone);
      if (!has_backend(proxy.kind) || !shows(proxy, StatKind::kBackend, 0)) return false;
      fill_backend_row(source_, proxy, row);
      return true;
    case Step::kDone:
      return false;
  }
  HW_UNREACHABLE();
}

bool StatsTable::shows(const ProxyConfig&, StatKind kind, uint32_t id) const {
  if ((filter_.kinds & kind_bit(kind)) == 0) return false;
  // As HAProxy: an id selects among servers and listeners, and hides no proxy.
  return id == 0 || !filter_.id || *filter_.id == id;
}

}  // namespace hawser
