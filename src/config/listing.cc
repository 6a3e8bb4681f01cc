// SPDX-License-Identifier: MIT
#include "config/listing.h"

#include <algorithm>

namespace hawser {
namespace {

std::vector<RegistryEntry>& entries() {
  static std::vector<RegistryEntry> list;
  return list;
}

}  // namespace

void add_registry(const RegistryEntry& entry) { entries().push_back(entry); }

Result<void> seal_registries() {
  std::sort(entries().begin(), entries().end(),
            [](const RegistryEntry& a, const RegistryEntry& b) { return a.title < b.title; });
  for (const RegistryEntry& entry : entries()) {
    if (auto sealed = entry.seal(); !sealed) return sealed;
  }
  return {};
}

std::string list_registry(std::string_view title) {
  std::string out;
  for (const RegistryEntry& entry : entries()) {
    if (entry.title == title) entry.list(out);
  }
  return out;
}

std::string list_all_registries() {
  std::string out;
  for (const RegistryEntry& entry : entries()) {
    if (entry.title.empty()) continue;
    out += entry.title;
    out += ":\n";
    entry.list(out);
    out += '\n';
  }
  return out;
}

std::vector<std::string_view> registry_titles() {
  std::vector<std::string_view> out;
  for (const RegistryEntry& entry : entries()) {
    if (!entry.title.empty()) out.push_back(entry.title);
  }
  return out;
}

std::vector<std::string_view> registered_names(std::string_view title) {
  for (const RegistryEntry& entry : entries()) {
    if (entry.title == title) return entry.names();
  }
  return {};
}

}  // namespace hawser
