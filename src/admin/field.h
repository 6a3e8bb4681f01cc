// SPDX-License-Identifier: MIT
// A named value of the statistics and how each output format writes it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace hawser {

enum class FieldType : uint8_t { kU32, kU64, kS32, kText };

struct Field {
  std::string_view name;
  // Three letters of HAProxy's typed format: the origin of the value (Metric, Status, Key, Config,
  // Product), its nature (Counter, Gauge, Limit, miN, Max, Rate, average, Age, Duration, Name,
  // Output) and its scope (Process, Service).
  std::string_view tags;
  FieldType type;
  std::string_view help;
};

using Cell = std::variant<std::monostate, uint64_t, int64_t, std::string>;  // monostate: no value
inline bool has_value(const Cell& cell) { return cell.index() != 0; }

void print_cell(const Cell& cell, std::string& out);
// "MGP:u32:12", what follows the name in `show stat typed` and `show info typed`.
void print_typed(const Field& field, const Cell& cell, std::string& out);
// The members "field", "processNum", "tags" and "value" of an object.
void print_json(const Field& field, size_t position, const Cell& cell, std::string& out);
// A string with its quotes.
void print_json_text(std::string_view text, std::string& out);

}  // namespace hawser
