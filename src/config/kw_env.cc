// SPDX-License-Identifier: MIT
// The global section: variables of the environment, as the lines that follow see them.
#include <algorithm>
#include <vector>

#include "base/text.h"
#include "config/draft.h"
#include "config/keyword.h"

namespace hawser {
namespace {

std::optional<Word> take_variable(KeywordCall& call) {
  const auto name = call.take("<name>");
  if (!name || Environment::is_valid_name(name->text)) return name;
  call.error(quoted(name->text) + " is not the name of a variable")
      .with_hint("use letters, digits and '_', and no digit at the beginning");
  return std::nullopt;
}

template <void (Environment::*Set)(std::string_view, std::string_view)>
bool set_variable(KeywordCall& call) {
  const auto name = take_variable(call);
  if (!name) return false;
  const auto value = call.take("<value>");
  if (!value) return false;
  (call.draft().environment.*Set)(name->text, value->text);
  return true;
}

bool unset_variables(KeywordCall& call) {
  do {
    const auto name = take_variable(call);
    if (!name) return false;
    call.draft().environment.unset(name->text);
  } while (call.more());
  return true;
}

bool reset_variables(KeywordCall& call) {
  std::vector<std::string_view> kept;
  while (call.more()) {
    const auto name = take_variable(call);
    if (!name) return false;
    kept.push_back(name->text);
  }
  call.draft().environment.reset([&kept](std::string_view name) {
    return std::find(kept.begin(), kept.end(), name) != kept.end();
  });
  return true;
}

constexpr Keyword kRows[] = {
    {.name = "presetenv",
     .sections = kInGlobal,
     .parse = set_variable<&Environment::preset>,
     .args = "<name> <value>",
     .summary = "sets a variable unless it has a value already"},
    {.name = "resetenv",
     .sections = kInGlobal,
     .parse = reset_variables,
     .args = "[<name> ...]",
     .summary = "removes all variables but those named"},
    {.name = "setenv",
     .sections = kInGlobal,
     .parse = set_variable<&Environment::set>,
     .args = "<name> <value>",
     .summary = "sets a variable"},
    {.name = "unsetenv",
     .sections = kInGlobal,
     .parse = unset_variables,
     .args = "<name> ...",
     .summary = "removes variables"},
};
HW_REGISTER(Keyword, kRows);

}  // namespace
}  // namespace hawser
