// SPDX-License-Identifier: MIT
// mailers: the servers that take mails.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/keyword.h"
#include "vrrp/line_options.h"

namespace hawser {
namespace {

bool add_mailer(KeywordCall& call) {
  const auto name = call.take("<name>");
  if (!name) return false;
  const auto address = take_endpoint(call);
  if (!address) return false;
  auto& mailers = call.mailers().mailers;
  const auto known = std::find_if(mailers.begin(), mailers.end(),
                                  [&](const auto& mailer) { return mailer.name == name->text; });
  if (known != mailers.end()) {
    call.error_at(*name, fmt::format("there is a mailer {} already", quoted(name->text)))
        .with_hint("it is at " + call.diag().place(known->pos));
    return false;
  }
  mailers.push_back({name->pos, std::string(name->text), *address});
  return true;
}

bool set_timeout(KeywordCall& call) {
  const auto timeout = call.take_duration("<time>");
  if (!timeout) return false;
  if (*timeout == Millis(0)) {
    call.error("a mail needs some time");
    return false;
  }
  call.mailers().timeout = *timeout;
  return true;
}

constexpr Keyword kRows[] = {
    {.name = "mailer",
     .sections = kInMailers,
     .parse = add_mailer,
     .args = "<name> <address>:<port>",
     .summary = "a mail server"},
    {.name = "timeout mail",
     .sections = kInMailers,
     .parse = set_timeout,
     .args = "<time>",
     .summary = "longest time that a mail may take"},
};
HW_REGISTER(Keyword, kRows);

}  // namespace
}  // namespace hawser
