// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/registry.h"

namespace hawser {

// The rows of a sealed registry by name, in constant time.
template <class Desc>
class NameTable {
 public:
  static const NameTable& instance() {
    static const NameTable table;
    return table;
  }
  // nullptr: there is no such row. Where a name has several rows: the first one.
  const Desc* find(std::string_view name) const {
    const auto found = rows_.find(name);
    return found == rows_.end() ? nullptr : found->second;
  }
  const std::vector<std::string_view>& names() const { return names_; }

 private:
  NameTable() {
    for (const Desc* row : Registry<Desc>::all()) {
      if (rows_.emplace(row->name, row).second) names_.push_back(row->name);
    }
  }
  std::unordered_map<std::string_view, const Desc*> rows_;
  std::vector<std::string_view> names_;
};

}  // namespace hawser
