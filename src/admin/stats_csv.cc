// SPDX-License-Identifier: MIT
#include "admin/stats_csv.h"

namespace hawser {
namespace {

void print_csv_cell(const Cell& cell, std::string& out) {
  const auto* text = std::get_if<std::string>(&cell);
  if (text == nullptr || text->find_first_of(",\"\r\n") == std::string::npos) {
    print_cell(cell, out);
    return;
  }
  out += '"';
  for (const char c : *text) {
    if (c == '"') out += '"';
    out += c == '\n' ? ' ' : c;
  }
  out += '"';
}

}  // namespace

std::string csv_header() {
  std::string out = "# ";
  for (size_t i = 0; i < kStatColumns; ++i) {
    if (i == kFirstLooseColumn) out += "-,";
    (out += stat_fields()[i].name) += ',';
  }
  return out += '\n';
}

void print_csv(const StatRow& row, std::string& out) {
  for (size_t i = 0; i < kStatColumns; ++i) {
    if (i == kFirstLooseColumn) out += "-,";
    print_csv_cell(row.cells[i], out);
    out += ',';
  }
  out += '\n';
}

}  // namespace hawser
