// SPDX-License-Identifier: MIT
// Everything countable as a table: a row for each frontend, listener, server and backend, a column
// for each line of stat_columns.def, counters added up over all workers. Renderers print it and add
// nothing: see stats_csv.h, stats_typed.h.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "admin/field.h"
#include "config/model.h"
#include "shm/shared.h"

namespace hawser {

enum class StatColumn : uint8_t {
#define HW_COLUMN(name, tags, type, objects, help) name,
#include "admin/stat_columns.def"
#undef HW_COLUMN
  kCount,
  none = kCount,  // of counters that are no column
};
inline constexpr size_t kStatColumns = static_cast<size_t>(StatColumn::kCount);
// From here on, HAProxy promises neither presence nor order.
inline constexpr size_t kFirstLooseColumn = static_cast<size_t>(StatColumn::ssl_sess);

// The columns in order.
std::span<const Field, kStatColumns> stat_fields();
// Which objects have a value in a column, as stat_columns.def writes it.
std::string_view stat_objects(size_t column);

enum class StatKind : uint8_t { kFrontend, kBackend, kServer, kListener };  // the column `type`

struct StatRow {
  StatKind kind = StatKind::kFrontend;
  uint32_t proxy_id = 0;
  uint32_t id = 0;  // of the server or listener; 0: the proxy's own row
  std::array<Cell, kStatColumns> cells;

  Cell& operator[](StatColumn column) { return cells[static_cast<size_t>(column)]; }
  const Cell& operator[](StatColumn column) const { return cells[static_cast<size_t>(column)]; }
};

// Which rows to show.
struct StatFilter {
  std::optional<uint32_t> proxy_id{};
  std::optional<uint32_t> id{};  // of a server or listener
  uint32_t kinds = 0xf;          // bits: 1 frontends, 2 backends, 4 servers, 8 listeners
  bool no_maint = false;         // without servers in maintenance
  bool up = false;               // without servers that are down or in maintenance
};

struct StatSource {
  const Config& config;
  Shared& shared;
  int64_t now_ms;                                     // monotonic
  bool with_addresses = true;                         // addr, cookie, algo: level operator and up
  std::function<std::string(uint32_t)> last_check{};  // text of a server's last check, may be empty
};

// Walks the rows in HAProxy's order: proxy by proxy, its frontend, listeners, servers, backend.
class StatsTable {
 public:
  StatsTable(StatSource source, StatFilter filter) : source_(std::move(source)), filter_(filter) {}

  // Fills `row` with the next one; false: there is none. The table may be walked slowly: what it
  // reads is fixed for the generation.
  bool next(StatRow& row);

 private:
  enum class Step : uint8_t { kFrontend, kListeners, kServers, kBackend, kDone };
  bool fill(StatRow& row, const ProxyConfig& proxy);
  bool shows(const ProxyConfig& proxy, StatKind kind, uint32_t id) const;

  StatSource source_;
  StatFilter filter_;
  size_t proxy_ = 0;
  Step step_ = Step::kFrontend;
  uint32_t item_ = 0;
};

// The rows one by one; `position` counts within the proxy.
void fill_frontend_row(const StatSource& source, const ProxyConfig& proxy, StatRow& row);
void fill_listener_row(const StatSource& source, const ProxyConfig& proxy, uint32_t position,
                       StatRow& row);
void fill_server_row(const StatSource& source, const ProxyConfig& proxy, uint32_t position,
                     StatRow& row);
void fill_backend_row(const StatSource& source, const ProxyConfig& proxy, StatRow& row);

}  // namespace hawser
