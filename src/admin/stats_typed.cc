// SPDX-License-Identifier: MIT
#include "admin/stats_typed.h"

#include <fmt/format.h>

#include <iterator>

namespace hawser {
namespace {

char kind_letter(StatKind kind) { return "FBSL"[static_cast<size_t>(kind)]; }

std::string_view kind_word(StatKind kind) {
  constexpr std::string_view kWords[] = {"Frontend", "Backend", "Server", "Listener"};
  return kWords[static_cast<size_t>(kind)];
}

}  // namespace

void print_typed_row(const StatRow& row, bool with_help, std::string& out) {
  for (size_t i = 0; i < kStatColumns; ++i) {
    const Field& field = stat_fields()[i];
    if (!has_value(row.cells[i])) continue;
    fmt::format_to(std::back_inserter(out), "{}.{}.{}.{}.{}.1:", kind_letter(row.kind),
                   row.proxy_id, row.id, i, field.name);
    print_typed(field, row.cells[i], out);
    if (with_help) ((out += ":\"") += field.help) += '"';
    out += '\n';
  }
}

void print_json_row(const StatRow& row, std::string& out) {
  char separator = '[';
  for (size_t i = 0; i < kStatColumns; ++i) {
    if (!has_value(row.cells[i])) continue;
    fmt::format_to(std::back_inserter(out), R"({}{{"objType":"{}","proxyId":{},"id":{},)",
                   separator, kind_word(row.kind), row.proxy_id, row.id);
    print_json(stat_fields()[i], i, row.cells[i], out);
    out += '}';
    separator = ',';
  }
  out += ']';
}

}  // namespace hawser
