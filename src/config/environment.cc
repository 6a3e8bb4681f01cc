// SPDX-License-Identifier: MIT
#include "config/environment.h"

#include <unistd.h>

#include <algorithm>

#include "base/text.h"

namespace hawser {

Environment Environment::of_process() {
  Environment out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view line = *entry;
    const size_t equals = line.find('=');
    if (equals != line.npos && equals != 0) {
      out.variables_.emplace(line.substr(0, equals), line.substr(equals + 1));
    }
  }
  return out;
}

std::optional<std::string_view> Environment::find(std::string_view name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end()) return std::nullopt;
  return found->second;
}

void Environment::set(std::string_view name, std::string_view value) {
  variables_.insert_or_assign(std::string(name), std::string(value));
}

void Environment::preset(std::string_view name, std::string_view value) {
  variables_.try_emplace(std::string(name), value);
}

void Environment::unset(std::string_view name) {
  if (const auto found = variables_.find(name); found != variables_.end()) variables_.erase(found);
}

void Environment::reset(const std::function<bool(std::string_view)>& keep) {
  std::erase_if(variables_, [&](const auto& entry) { return !keep(entry.first); });
}

bool Environment::is_valid_name(std::string_view name) {
  return !name.empty() && !is_digit(name[0]) &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_alnum(c) || c == '_'; });
}

}  // namespace hawser
