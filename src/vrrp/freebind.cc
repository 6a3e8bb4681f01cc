// SPDX-License-Identifier: MIT
// A `bind` line on a virtual address listens on the backup as well, where no interface has the
// address yet.
#include "config/draft.h"
#include "vrrp/resolve.h"

namespace hawser {
namespace {

bool is_virtual(const Config& config, Address address) {
  address.set_port(0);
  for (const VrrpInstanceConfig& instance : config.vrrp_instances) {
    for (const VirtualAddress& owned : instance.addresses) {
      if (owned.address == address) return true;
    }
  }
  return false;
}

void mark(const Config& config, std::vector<BindConfig>& binds) {
  for (BindConfig& bind : binds) {
    bind.freebind = bind.address.is_ip() && is_virtual(config, bind.address);
  }
}

void mark_all(Draft& draft, Diag&) {
  for (const auto& proxy : draft.config->proxies) mark(*draft.config, proxy->binds);
  mark(*draft.config, draft.config->global.stats_sockets);
}

constexpr ConfigCheck kChecks[] = {{"bind on virtual addresses", kVrrpAddresses, mark_all}};
HW_REGISTER(ConfigCheck, kChecks);

}  // namespace
}  // namespace hawser
