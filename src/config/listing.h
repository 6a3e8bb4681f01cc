// SPDX-License-Identifier: MIT
// The registries as a whole: sealed once at start, listed for -dK, --list and the manual test.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/registry.h"

namespace hawser {

// To be called first in main(): sorts every registry and refuses duplicate rows.
Result<void> seal_registries();

// How a registry is sealed and listed; one per descriptor type, added beside it with HW_REGISTRY.
struct RegistryEntry {
  std::string_view title;  // empty: its rows are no words of the language and are not listed
  Result<void> (*seal)();
  void (*list)(std::string& out);  // one line a row: name, arguments, summary
  std::vector<std::string_view> (*names)() = nullptr;
};
void add_registry(const RegistryEntry& entry);

// "keywords", "bind", "server", "balance", "checks", "commands", …; empty string: unknown title.
std::string list_registry(std::string_view title);
std::string list_all_registries();

// The titles, sorted; and the names under one of them, sorted, each once.
std::vector<std::string_view> registry_titles();
std::vector<std::string_view> registered_names(std::string_view title);

// "  name args\tsummary" for each row.
template <class Desc>
void list_rows(std::string& out) {
  for (const Desc* row : Registry<Desc>::all()) {
    out += "  ";
    out += row->name;
    if (!row->args.empty()) (out += ' ') += row->args;
    ((out += '\t') += row->summary) += '\n';
  }
}

template <class Desc>
std::vector<std::string_view> row_names() {
  std::vector<std::string_view> out;
  for (const Desc* row : Registry<Desc>::all()) {
    if (out.empty() || out.back() != row->name) out.push_back(row->name);
  }
  return out;
}

// In one .cc per descriptor type: HW_REGISTRY(BalanceAlgo, "balance");
#define HW_REGISTRY(Desc, title)                                                                 \
  [[maybe_unused]] static const bool hw_registry_##Desc =                                        \
      (::hawser::add_registry({title, ::hawser::Registry<Desc>::seal, ::hawser::list_rows<Desc>, \
                               ::hawser::row_names<Desc>}),                                      \
       true)

}  // namespace hawser
