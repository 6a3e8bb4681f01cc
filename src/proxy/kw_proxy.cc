// SPDX-License-Identifier: MIT
// What frontends and backends have in common: protocol, identity, being switched off.
#include <fmt/format.h>

#include "base/text.h"
#include "config/keyword.h"

namespace hawser {
namespace {

// Modes that other versions of the dialect know, and what to do instead.
struct ForeignMode {
  std::string_view name;
  std::string_view hint;
};
constexpr ForeignMode kForeignModes[] = {
    {"health", "use 'mode http' with 'monitor-uri', or 'http-request return status 200'"},
    {"log", "Hawser does not balance log messages"},
    {"spop", "Hawser has no stream processing offload"},
    {"haterm", "use 'mode http' with 'http-request return'"},
};

bool set_mode(KeywordCall& call) {
  const auto name = call.take("http or tcp");
  if (!name) return false;
  if (name->text == "http" || name->text == "tcp") {
    call.proxy().mode = name->text == "http" ? Mode::kHttp : Mode::kTcp;
    return true;
  }
  for (const ForeignMode& foreign : kForeignModes) {
    if (foreign.name != name->text) continue;
    call.error(fmt::format("mode {} is not available", quoted(name->text)))
        .with_hint(std::string(foreign.hint));
    return false;
  }
  call.error("unknown mode " + quoted(name->text)).with_hint("'http' or 'tcp'");
  return false;
}

bool set_id(KeywordCall& call) {
  const auto value = call.take_int("<id>", 1);
  if (!value) return false;
  call.proxy().id = static_cast<uint32_t>(*value);
  return true;
}

bool set_description(KeywordCall& call) {
  if (!call.more()) return call.take("<text>").has_value();
  call.proxy().description = call.take_rest();
  return true;
}

template <bool Value>
bool set_disabled(KeywordCall& call) {
  call.proxy().disabled = Value;
  return true;
}

constexpr Keyword kRows[] = {
    {.name = "description",
     .sections = kInFrontend | kInListen | kInBackend,
     .parse = set_description,
     .args = "<text>",
     .summary = "describes the proxy in statistics"},
    {.name = "disabled",
     .sections = kInProxies,
     .parse = set_disabled<true>,
     .summary = "leaves the proxy out: it neither listens nor checks"},
    {.name = "enabled",
     .sections = kInProxies,
     .parse = set_disabled<false>,
     .summary = "takes back a 'disabled' of the defaults"},
    {.name = "id",
     .sections = kInFrontend | kInListen | kInBackend,
     .parse = set_id,
     .args = "<number>",
     .summary = "number of the proxy in statistics"},
    {.name = "mode",
     .sections = kInProxies,
     .parse = set_mode,
     .args = "http|tcp",
     .summary = "protocol that is spoken"},
};
HW_REGISTER(Keyword, kRows);

}  // namespace
}  // namespace hawser
