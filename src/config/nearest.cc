// SPDX-License-Identifier: MIT
#include "config/nearest.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace hawser {
namespace {

constexpr size_t kLongest = 64;  // longer words are no keywords

// Optimal string alignment distance; `limit` + 1 where it is above `limit`.
size_t distance(std::string_view a, std::string_view b, size_t limit) {
  const size_t gap = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (gap > limit || a.size() > kLongest || b.size() > kLongest) return limit + 1;
  std::array<std::array<size_t, kLongest + 1>, 3> rows;
  for (size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i - 1) % 3];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replace = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], rows[(i - 2) % 3][j - 2] + 1);
      }
    }
  }
  return std::min(rows[a.size() % 3][b.size()], limit + 1);
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  // Typographic quotes and invisible characters, which editors and web pages add, are no letters.
  std::string lower = to_lower(word);
  std::erase_if(lower, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  size_t limit = std::max<size_t>(1, lower.size() / 3);
  std::string_view best;
  for (const std::string_view candidate : candidates) {
    const size_t cost = distance(lower, candidate, limit);
    if (cost > limit || cost >= std::max(lower.size(), candidate.size())) continue;
    if (!best.empty() && cost == limit) continue;
    best = candidate;
    limit = cost;
  }
  return best;
}

}  // namespace hawser
