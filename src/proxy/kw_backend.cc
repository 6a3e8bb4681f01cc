// SPDX-License-Identifier: MIT
// How a backend reaches its servers, beside the servers themselves.
#include "base/text.h"
#include "config/keyword.h"
#include "proxy/source.h"

namespace hawser {
namespace {

bool set_fullconn(KeywordCall& call) {
  const auto value = call.take_int("<number>", 1);
  if (!value) return false;
  call.proxy().fullconn = static_cast<uint32_t>(*value);
  return true;
}

bool set_source(KeywordCall& call) {
  auto source = parse_source(call, false);
  if (!source) return false;
  call.proxy().source = std::move(*source);
  return true;
}

constexpr Keyword kRows[] = {
    {.name = "fullconn",
     .sections = kInBackends,
     .parse = set_fullconn,
     .args = "<number>",
     .summary = "load at which servers with 'minconn' get their full 'maxconn'"},
    {.name = "source",
     .sections = kInBackends,
     .parse = set_source,
     .args = "<addr>[:<port>] [usesrc <addr2>[:<port2>]|client|clientip|"
             "hdr_ip(<name>[,<n>])] "
             "[interface <name>]",
     .summary = "address from which servers are connected to"},
};
HW_REGISTER(Keyword, kRows);

}  // namespace
}  // namespace hawser
