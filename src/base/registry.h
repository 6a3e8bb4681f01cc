// SPDX-License-Identifier: MIT
// A list of descriptors that source files add themselves to; one list per descriptor type.
//
// Rows are added before main() and only then. seal() sorts them and reports duplicates, naming both
// files, so the order in which the linker met the object files never shows. find() and all() are
// for use after seal().
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hawser {

// What makes two rows the same. A descriptor whose name is not unique by itself (a keyword of two
// sections) says so with an overload found by its own namespace.
template <class Desc>
constexpr bool same_row(const Desc& a, const Desc& b) {
  return std::string_view(a.name) == std::string_view(b.name);
}

template <class Desc>
class Registry {
 public:
  static void add(std::span<const Desc> rows, const char* file) {
    for (const Desc& row : rows) list().push_back({&row, file});
  }

  // Call once, at the start of main() (and of the test program).
  static Result<void> seal() {
    auto& rows = list();
    std::stable_sort(rows.begin(), rows.end(), [](const Entry& a, const Entry& b) {
      return std::string_view(a.row->name) < std::string_view(b.row->name);
    });
    for (size_t i = 0; i + 1 < rows.size(); ++i) {
      for (size_t j = i + 1;
           j < rows.size() && std::string_view(rows[j].row->name) == rows[i].row->name; ++j) {
        if (same_row(*rows[i].row, *rows[j].row)) {
          return Error{"'" + std::string(rows[i].row->name) + "' is registered twice, in " +
                       rows[i].file + " and " + rows[j].file};
        }
      }
    }
    view().clear();
    for (const Entry& entry : rows) view().push_back(entry.row);
    return {};
  }

  // The first row of that name; nullptr: there is none.
  static const Desc* find(std::string_view name) {
    const auto range = all_of(name);
    return range.empty() ? nullptr : range.front();
  }

  // Every row of that name (more than one only where same_row() is overloaded).
  static std::span<const Desc* const> all_of(std::string_view name) {
    const auto& rows = view();
    const auto first =
        std::lower_bound(rows.begin(), rows.end(), name,
                         [](const Desc* row, std::string_view n) { return row->name < n; });
    auto last = first;
    while (last != rows.end() && (*last)->name == name) ++last;
    return {first, last};
  }

  static std::span<const Desc* const> all() { return view(); }

 private:
  struct Entry {
    const Desc* row;
    const char* file;
  };
  static std::vector<Entry>& list() {
    static std::vector<Entry> rows;
    return rows;
  }
  static std::vector<const Desc*>& view() {
    static std::vector<const Desc*> rows;
    return rows;
  }
};

// Adds `rows`, an array of constexpr descriptors with std::string_view names, to their registry.
#define HW_REGISTER(Desc, rows)                             \
  [[maybe_unused]] static const bool hw_registered_##rows = \
      (::hawser::Registry<Desc>::add(rows, __FILE__), true)

}  // namespace hawser
