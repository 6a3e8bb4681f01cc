// SPDX-License-Identifier: MIT
// What is left to do when every process of ours was killed.
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/msg.h>

#include <cstring>

#include "vrrp/packet.h"
#include "vrrp/vips.h"

namespace hawser::vrrp {
namespace {

Result<bool> is_our_macvlan(Rtnl& kernel, uint32_t index, const std::array<uint8_t, 6>& mac) {
  bool ours = false;
  const auto dumped = kernel.dump(RTM_GETLINK, AF_UNSPEC, [&](const nlmsghdr& message) {
    const auto* link = static_cast<const ifinfomsg*>(nlmsg_data(&message));
    nlattr* found[IFLA_MAX + 1] = {};
    if (link->ifi_index != static_cast<int>(index) ||
        nlmsg_parse(const_cast<nlmsghdr*>(&message), sizeof *link, found, IFLA_MAX, nullptr) < 0) {
      return;
    }
    const nlattr* address = found[IFLA_ADDRESS];
    ours = found[IFLA_LINK] != nullptr && address != nullptr &&
           nla_len(address) == static_cast<int>(mac.size()) &&
           std::memcmp(nla_data(address), mac.data(), mac.size()) == 0;
  });
  if (!dumped) return dumped.error();
  return ours;
}

Result<> release(Rtnl& kernel, const VrrpConfig& section, const VrrpInstanceConfig& instance) {
  const bool has_mac = section.virtual_mac.enabled;
  const auto name = has_mac ? virtual_mac_name(section, instance.family) : section.interface;
  Vips vips(instance, section.priority == kPriorityOwner, name);
  const auto given_up = vips.give_up(kernel);
  const uint32_t index = has_mac ? if_nametoindex(name.c_str()) : 0;
  if (index == 0) return given_up;
  const auto ours = is_our_macvlan(kernel, index, virtual_mac_of(section, instance.family));
  if (!ours) return ours.error();
  if (*ours) {
    if (const auto removed = kernel.remove_link(index); !removed) return removed;
  }
  return given_up;
}

}  // namespace

Result<> release_all(const Config& config) {
  auto kernel = Rtnl::open();
  if (!kernel) return kernel.error();
  Result<> result;
  for (const VrrpInstanceConfig& instance : config.vrrp_instances) {
    const auto done = release(**kernel, *config.vrrps[instance.section], instance);
    if (result && !done) result = done;
  }
  return result;
}

}  // namespace hawser::vrrp
