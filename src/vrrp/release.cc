// SPDX-License-Identifier: MIT
// What is left to do when every process of ours was killed.
#include "vrrp/accept_mode.h"
#include "vrrp/kernel_place.h"
#include "vrrp/leftovers.h"
#include "vrrp/macvlan.h"
#include "vrrp/packet.h"
#include "vrrp/vips.h"

namespace hawser::vrrp {
namespace {

Result<> release(Rtnl& kernel, BaseInterfaces& bases, const VrrpConfig& section,
                 const VrrpInstanceConfig& instance) {
  const std::string& interface = instance.macvlan.empty() ? section.interface : instance.macvlan;
  Vips vips(instance, section.priority == kPriorityOwner, interface);
  Result<> result = vips.give_up(kernel);
  if (!instance.macvlan.empty()) {
    keep_first(result, Macvlan(instance, kernel, bases).remove_leftover());
  }
  keep_first(result, open_addresses(section, instance));
  return result;
}

}  // namespace

Result<> release_all(const Config& config) {
  auto kernel = Rtnl::open();
  if (!kernel) return kernel.error();
  BaseInterfaces bases(**kernel);
  Result<> result;
  for (const VrrpInstanceConfig& instance : config.vrrp_instances) {
    keep_first(result, release(**kernel, bases, *config.vrrps[instance.section], instance));
  }
  if (Presence().is_alone()) keep_first(result, remove_leftovers(**kernel, bases, config));
  return result;
}

}  // namespace hawser::vrrp
