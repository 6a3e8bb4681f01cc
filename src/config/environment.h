// SPDX-License-Identifier: MIT
// The variables that a configuration sees.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace hawser {

// A copy of the process's environment which `setenv` and its relatives change. The process's own
// stays as it was, so that a reload starts from what the operator gave.
class Environment {
 public:
  static Environment of_process();

  std::optional<std::string_view> find(std::string_view name) const;
  void set(std::string_view name, std::string_view value);     // setenv
  void preset(std::string_view name, std::string_view value);  // presetenv: only where unset
  void unset(std::string_view name);
  // resetenv: removes every variable but those that `keep` accepts.
  void reset(const std::function<bool(std::string_view name)>& keep);

  const std::map<std::string, std::string, std::less<>>& all() const { return variables_; }

  // Letters, digits and '_', not beginning with a digit.
  static bool is_valid_name(std::string_view name);

 private:
  std::map<std::string, std::string, std::less<>> variables_;
};

}  // namespace hawser
