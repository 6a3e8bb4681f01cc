// SPDX-License-Identifier: MIT
#include "admin/field.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "base/assert.h"

namespace hawser {
namespace {

std::string_view type_word(FieldType type) {
  switch (type) {
    case FieldType::kU32:
      return "u32";
    case FieldType::kU64:
      return "u64";
    case FieldType::kS32:
      return "s32";
    case FieldType::kText:
      return "str";
  }
  HW_UNREACHABLE();
}

using TagWord = std::pair<char, std::string_view>;
constexpr TagWord kOrigins[] = {
    {'M', "Metric"}, {'S', "Status"}, {'K', "Key"}, {'C', "Config"}, {'P', "Product"}};
constexpr TagWord kNatures[] = {{'C', "Counter"},  {'G', "Gauge"}, {'L', "Limit"}, {'N', "Name"},
                                {'M', "Max"},      {'R', "Rate"},  {'a', "Avg"},   {'A', "Age"},
                                {'D', "Duration"}, {'O', "Output"}};
constexpr TagWord kScopes[] = {{'P', "Process"}, {'S', "Service"}};

template <size_t N>
std::string_view tag_word(const TagWord (&words)[N], char letter) {
  for (const auto& [key, word] : words) {
    if (key == letter) return word;
  }
  HW_UNREACHABLE();
}

}  // namespace

void print_cell(const Cell& cell, std::string& out) {
  if (const auto* text = std::get_if<std::string>(&cell)) {
    out += *text;
  } else if (const auto* number = std::get_if<uint64_t>(&cell)) {
    fmt::format_to(std::back_inserter(out), "{}", *number);
  } else if (const auto* signed_number = std::get_if<int64_t>(&cell)) {
    fmt::format_to(std::back_inserter(out), "{}", *signed_number);
  }
}

void print_typed(const Field& field, const Cell& cell, std::string& out) {
  ((out += field.tags) += ':') += type_word(field.type);
  out += ':';
  print_cell(cell, out);
}

void print_json(const Field& field, size_t position, const Cell& cell, std::string& out) {
  fmt::format_to(std::back_inserter(out), R"("field":{{"pos":{},"name":)", position);
  print_json_text(field.name, out);
  fmt::format_to(std::back_inserter(out),
                 R"(}},"processNum":1,"tags":{{"origin":"{}","nature":"{}","scope":"{}"}},)",
                 tag_word(kOrigins, field.tags[0]), tag_word(kNatures, field.tags[1]),
                 tag_word(kScopes, field.tags[2]));
  fmt::format_to(std::back_inserter(out), R"("value":{{"type":"{}","value":)",
                 type_word(field.type));
  if (field.type == FieldType::kText) {
    std::string text;
    print_cell(cell, text);
    print_json_text(text, out);
  } else {
    print_cell(cell, out);
  }
  out += '}';
}

void print_json_text(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      (out += '\\') += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace hawser
