// SPDX-License-Identifier: MIT
// What the language of virtual routers has words for and the vrrp process cannot do yet.
#include <fmt/format.h>

#include "config/draft.h"
#include "vrrp/resolve.h"

namespace hawser {
namespace {

void refuse_unbuilt(Draft& draft, Diag& diag) {
  for (const auto& vrrp : draft.config->vrrps) {
    const auto refuse = [&](std::string_view keyword, std::string_view hint) {
      diag.error(vrrp->pos,
                 fmt::format("'{}' uses '{}', which is not built yet", vrrp->name, keyword))
          .with_hint(std::string(hint));
    };
    if (vrrp->arbiter.ping) refuse("arbiter", "a vrrp-script that pings can be tracked instead");
  }
}

constexpr ConfigCheck kChecks[] = {{"vrrp-unbuilt", kVrrpRules, refuse_unbuilt}};
HW_REGISTER(ConfigCheck, kChecks);

}  // namespace
}  // namespace hawser
