// SPDX-License-Identifier: MIT
#include "base/quantity.h"

#include <charconv>

#include "base/text.h"

namespace hawser {
namespace {

// The digits in front and what follows them.
struct Split {
  uint64_t number = 0;
  std::string_view unit;
};

Result<Split> split_number(std::string_view text) {
  Split out;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out.number);
  if (error == std::errc::result_out_of_range) return Error{quoted(text) + " is too large"};
  if (error != std::errc()) return Error{quoted(text) + " does not start with a number"};
  out.unit = text.substr(static_cast<size_t>(end - text.data()));
  if (out.unit.starts_with('.')) return Error{quoted(text) + " has a fraction; use a smaller unit"};
  return out;
}

}  // namespace

Result<std::chrono::microseconds> parse_duration(std::string_view text,
                                                 std::chrono::microseconds bare) {
  const auto parts = split_number(text);
  if (!parts) return parts.error();
  struct Unit {
    std::string_view name;
    uint64_t us;
  };
  constexpr Unit kUnits[] = {{"us", 1},         {"ms", 1'000},        {"s", 1'000'000},
                             {"m", 60'000'000}, {"h", 3'600'000'000}, {"d", 86'400'000'000}};
  uint64_t unit = parts->unit.empty() ? static_cast<uint64_t>(bare.count()) : 0;
  for (const Unit& row : kUnits) {
    if (parts->unit == row.name) unit = row.us;
  }
  if (unit == 0)
    return Error{quoted(text) + " has an unknown time unit; known are us, ms, s, m, h and d"};
  constexpr uint64_t kMax = 0x7fffffffull * 1000;
  if (parts->number > kMax / unit)
    return Error{quoted(text) + " is too long; the longest time is 24 days"};
  return std::chrono::microseconds(static_cast<int64_t>(parts->number * unit));
}

Result<uint64_t> parse_size(std::string_view text) {
  const auto parts = split_number(text);
  if (!parts) return parts.error();
  unsigned shift = 0;
  if (parts->unit.size() == 1) {
    switch (ascii_lower(parts->unit[0])) {
      case 'k':
        shift = 10;
        break;
      case 'm':
        shift = 20;
        break;
      case 'g':
        shift = 30;
        break;
    }
  }
  if (!parts->unit.empty() && shift == 0) {
    return Error{quoted(text) + " has an unknown size unit; known are k, m and g"};
  }
  if (shift != 0 && parts->number > (UINT64_MAX >> shift))
    return Error{quoted(text) + " is too large"};
  return parts->number << shift;
}

std::string print_duration(std::chrono::seconds duration) {
  const auto total = duration.count();
  const auto part = [](int64_t a, char ua, int64_t b, char ub) {
    return std::to_string(a) + ua + (b != 0 ? std::to_string(b) + ub : "");
  };
  if (total >= 86400) return part(total / 86400, 'd', total % 86400 / 3600, 'h');
  if (total >= 3600) return part(total / 3600, 'h', total % 3600 / 60, 'm');
  if (total >= 60) return part(total / 60, 'm', total % 60, 's');
  return std::to_string(total) + "s";
}

}  // namespace hawser
