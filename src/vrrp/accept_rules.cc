// SPDX-License-Identifier: MIT
// Who listens on an address whose master takes no traffic is reached by nobody.
#include <fmt/format.h>

#include "config/draft.h"
#include "vrrp/resolve.h"

namespace hawser {
namespace {

// The section with `no accept` that has the address; nullptr: none.
const VrrpConfig* closed_section(const Config& config, Address address) {
  address.set_port(0);
  for (const VrrpInstanceConfig& instance : config.vrrp_instances) {
    const VrrpConfig& section = *config.vrrps[instance.section];
    if (section.accept || section.priority == 255) continue;
    for (const VirtualAddress& owned : instance.addresses) {
      if (owned.address == address) return &section;
    }
  }
  return nullptr;
}

void check_binds(Draft& draft, Diag& diag) {
  for (const auto& proxy : draft.config->proxies) {
    for (const BindConfig& bind : proxy->binds) {
      if (!bind.address.is_ip()) continue;
      const VrrpConfig* section = closed_section(*draft.config, bind.address);
      if (section == nullptr) continue;
      diag.warning(bind.pos, fmt::format("nobody can reach {}: vrrp '{}', whose address it is, has "
                                         "'no accept'",
                                         bind.address.ip_text(), section->name))
          .with_hint("leave 'no accept' out where the address is to serve, not to route");
    }
  }
}

constexpr ConfigCheck kChecks[] = {{"listeners without traffic", kVrrpAddresses, check_binds}};
HW_REGISTER(ConfigCheck, kChecks);

}  // namespace
}  // namespace hawser
