// SPDX-License-Identifier: MIT
// The global section: who this machine is, and the limits of the runtime sockets.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/keyword.h"

namespace hawser {
namespace {

bool set_description(KeywordCall& call) {
  if (!call.more()) return call.take("<text>").has_value();
  call.global().description = call.take_rest();
  return true;
}

// Names that end up in statistics, cookies and file names of other tools.
template <std::string GlobalConfig::*Member>
bool set_machine_name(KeywordCall& call) {
  const auto name = call.take("<name>");
  if (!name) return false;
  const auto allowed = [](char c) { return is_alnum(c) || c == '.' || c == '-' || c == '_'; };
  if (name->text.empty() || !std::all_of(name->text.begin(), name->text.end(), allowed)) {
    call.error(fmt::format("{} is not a name", quoted(name->text)))
        .with_hint("use letters, digits, '.', '-' and '_'");
    return false;
  }
  call.global().*Member = name->text;
  return true;
}

bool set_stats_timeout(KeywordCall& call) {
  const auto value = call.take_duration("<time>");
  if (!value) return false;
  call.global().stats_timeout = *value;
  return true;
}

bool set_stats_maxconn(KeywordCall& call) {
  const auto value = call.take_int("<number>", 1);
  if (!value) return false;
  call.global().stats_maxconn = static_cast<uint32_t>(*value);
  return true;
}

constexpr Keyword kRows[] = {
    {.name = "description",
     .sections = kInGlobal,
     .parse = set_description,
     .args = "<text>",
     .summary = "describes this instance in statistics"},
    {.name = "localpeer",
     .sections = kInGlobal,
     .parse = set_machine_name<&GlobalConfig::localpeer>,
     .args = "<name>",
     .summary = "name of this machine among its peers"},
    {.name = "node",
     .sections = kInGlobal,
     .parse = set_machine_name<&GlobalConfig::node>,
     .args = "<name>",
     .summary = "name of this machine in statistics"},
    {.name = "stats maxconn",
     .sections = kInGlobal,
     .parse = set_stats_maxconn,
     .args = "<number>",
     .summary = "most connections to the runtime sockets"},
    {.name = "stats timeout",
     .sections = kInGlobal,
     .parse = set_stats_timeout,
     .args = "<time>",
     .summary = "idle time after which a runtime connection is closed"},
};
HW_REGISTER(Keyword, kRows);

}  // namespace
}  // namespace hawser
