// SPDX-License-Identifier: MIT
#include "vrrp/accept_mode.h"

#include <fmt/format.h>

#include "netlink/drop_filter.h"
#include "vrrp/packet.h"

namespace hawser::vrrp {
namespace {

// A router is one by its number, family and interface, whatever its section is called.
std::string table_of(const VrrpConfig& section, const VrrpInstanceConfig& instance) {
  return fmt::format("hawser_{}_{}_{}", instance.family == AF_INET ? "vrrp" : "vrrp6", section.vrid,
                     section.interface);
}

DropFilter filter_of(const VrrpConfig& section, const VrrpInstanceConfig& instance) {
  DropFilter filter;
  filter.table = table_of(section, instance);
  filter.interface = instance.macvlan.empty() ? section.interface : instance.macvlan;
  for (const VirtualAddress& address : instance.addresses) {
    filter.addresses.push_back(address.address);
  }
  return filter;
}

}  // namespace

bool takes_traffic(const VrrpConfig& section) {
  return section.accept || section.priority == kPriorityOwner;
}

Result<> close_addresses(const VrrpConfig& section, const VrrpInstanceConfig& instance) {
  if (takes_traffic(section)) return {};
  return put_drop_filter(filter_of(section, instance));
}

Result<bool> close_again(const VrrpConfig& section, const VrrpInstanceConfig& instance) {
  if (takes_traffic(section)) return false;
  return restore_drop_filter(filter_of(section, instance));
}

Result<> open_addresses(const VrrpConfig& section, const VrrpInstanceConfig& instance) {
  if (takes_traffic(section)) return {};
  return remove_drop_filter(table_of(section, instance));
}

}  // namespace hawser::vrrp
