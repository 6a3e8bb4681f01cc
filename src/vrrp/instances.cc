// SPDX-License-Identifier: MIT
// From vrrp sections to the virtual routers that run: one for each address family of a section.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "config/draft.h"
#include "vrrp/line_options.h"
#include "vrrp/resolve.h"

namespace hawser {
namespace {

constexpr int kFamilies[] = {AF_INET, AF_INET6};

bool is_link_local(const Address& address) {
  return address.family() == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&address.v6());
}

// The link-local address that follows from the virtual router's MAC address 00-00-5e-00-02-VRID
// (RFC 9568, sections 7.3 and 7.4): every node derives the same.
Address derived_link_local(uint8_t vrid) {
  in6_addr ip{};
  constexpr uint8_t kPrefix[] = {0xfe, 0x80};
  constexpr uint8_t kInterfaceId[] = {0x02, 0x00, 0x5e, 0xff, 0xfe, 0x00, 0x02};
  std::copy(std::begin(kPrefix), std::end(kPrefix), ip.s6_addr);
  std::copy(std::begin(kInterfaceId), std::end(kInterfaceId), ip.s6_addr + 8);
  ip.s6_addr[15] = vrid;
  return Address::ipv6(ip, 0);
}

// The first address of an IPv6 advert is link-local (RFC 9568, section 5.2.9).
void put_link_local_first(const VrrpConfig& section, std::vector<VirtualAddress>& addresses) {
  const auto given = std::find_if(addresses.begin(), addresses.end(), [](const VirtualAddress& a) {
    return a.advertised && is_link_local(a.address);
  });
  if (given != addresses.end()) {
    std::rotate(addresses.begin(), given, given + 1);
  } else if (section.link_local) {
    VirtualAddress made;
    made.pos = section.pos;
    made.address = derived_link_local(section.vrid);
    made.prefix = 64;
    addresses.insert(addresses.begin(), std::move(made));
  }
}

std::string macvlan_of(const VrrpConfig& section, int family, bool both) {
  const std::string& name = section.virtual_mac.name;
  const bool v6 = family == AF_INET6;
  if (name.empty()) return fmt::format("{}.{}", v6 ? "vrrp6" : "vrrp", section.vrid);
  return both && v6 ? name + ".6" : name;
}

// RFC 9568, section 7.3.
std::array<uint8_t, 6> mac_of(const VrrpConfig& section, int family) {
  if (section.virtual_mac.mac) return *section.virtual_mac.mac;
  const uint8_t version = family == AF_INET6 ? 2 : 1;
  return {0x00, 0x00, 0x5e, 0x00, version, section.vrid};
}

uint8_t version_of(const VrrpConfig& section, int family) {
  if (family == AF_INET6) return 3;  // VRRPv2 has no IPv6 addresses
  if (section.version != 0) return section.version;
  return section.advert < std::chrono::seconds(1) ? 3 : 2;
}

bool runs(const VrrpConfig& section, int family) {
  return std::any_of(section.addresses.begin(), section.addresses.end(),
                     [&](const VirtualAddress& address) {
                       return address.advertised && address.address.family() == family;
                     });
}

template <class Item, class FamilyOf>
void take_family(const std::vector<Item>& from, std::vector<Item>& to, int family,
                 FamilyOf family_of) {
  for (const Item& item : from) {
    if (family_of(item) == family) to.push_back(item);
  }
}

// What needs no instance of its own, because nothing of its family is advertised, moves with the
// only one.
void take_unadvertised(const VrrpConfig& section, int family, VrrpInstanceConfig& made) {
  take_family(section.addresses, made.addresses, family,
              [](const VirtualAddress& a) { return a.address.family(); });
  take_family(section.routes, made.routes, family, [](const VirtualRoute& r) { return r.family; });
  take_family(section.rules, made.rules, family, [](const VirtualRule& r) { return r.family; });
}

VrrpInstanceConfig make_instance(const VrrpConfig& section, int family) {
  VrrpInstanceConfig made;
  made.family = family;
  made.version = version_of(section, family);
  take_unadvertised(section, family, made);
  if (family == AF_INET6) put_link_local_first(section, made.addresses);
  std::stable_partition(made.addresses.begin(), made.addresses.end(),
                        [](const VirtualAddress& address) { return address.advertised; });
  made.advertised = static_cast<uint32_t>(
      std::count_if(made.addresses.begin(), made.addresses.end(),
                    [](const VirtualAddress& address) { return address.advertised; }));
  for (const VrrpSource& source : section.sources) {
    if (source.address.family() == family) made.source = source.address;
  }
  take_family(section.peers, made.peers, family,
              [](const VrrpPeer& peer) { return peer.address.family(); });
  for (const VrrpHeartbeat& heartbeat : section.heartbeats) {
    if (!heartbeat.peer || heartbeat.peer->family() == family) made.heartbeats.push_back(heartbeat);
  }
  return made;
}

void make_instances(Config& config, uint32_t index, uint32_t& next_sync) {
  const VrrpConfig& section = *config.vrrps[index];
  if (section.disabled) return;
  const bool both = runs(section, AF_INET) && runs(section, AF_INET6);
  uint32_t sync = section.group;
  if (both && sync == kNoIndex) sync = next_sync++;
  for (const int family : kFamilies) {
    if (!runs(section, family)) continue;
    VrrpInstanceConfig made = make_instance(section, family);
    made.section = index;
    made.name = section.name;
    if (section.virtual_mac.enabled) {
      made.macvlan = macvlan_of(section, family, both);
      made.mac = mac_of(section, family);
    }
    if (both) made.name += family == AF_INET ? "/4" : "/6";
    if (!both) take_unadvertised(section, family == AF_INET ? AF_INET6 : AF_INET, made);
    made.sync = sync;
    config.vrrp_instances.push_back(std::move(made));
  }
}

// A section is in one group at most: two would have to move together as well.
void find_members(Config& config, Diag& diag) {
  std::unordered_map<std::string_view, uint32_t> sections;
  std::vector<std::string_view> names;
  for (uint32_t i = 0; i < config.vrrps.size(); ++i) {
    sections.try_emplace(config.vrrps[i]->name, i);
    names.push_back(config.vrrps[i]->name);
  }
  for (uint32_t g = 0; g < config.vrrp_groups.size(); ++g) {
    VrrpGroupConfig& group = *config.vrrp_groups[g];
    for (size_t i = 0; i < group.member_names.size(); ++i) {
      const std::string& name = group.member_names[i];
      const SourcePos pos = group.member_positions[i];
      const auto found = sections.find(name);
      if (found == sections.end()) {
        if (config.refused.may_have(name)) continue;
        diag.error(pos, fmt::format("there is no vrrp section '{}'", name), name.size())
            .hint_nearest(name, names);
        continue;
      }
      VrrpConfig& member = *config.vrrps[found->second];
      if (member.group != kNoIndex) {
        diag.error(pos,
                   fmt::format("'{}' is in vrrp-group '{}' already", name,
                               config.vrrp_groups[member.group]->name),
                   name.size());
        continue;
      }
      member.group = g;
      group.members.push_back(found->second);
    }
    if (group.member_names.empty() && !group.incomplete) {
      diag.error(group.pos, fmt::format("vrrp-group '{}' has no 'members'", group.name));
    }
  }
}

void find_mailers(const Config& config, NotifyConfig& notify, Diag& diag) {
  if (notify.mailers.empty()) return;
  std::vector<std::string_view> names;
  for (uint32_t i = 0; i < config.mailers.size(); ++i) {
    names.push_back(config.mailers[i]->name);
    if (config.mailers[i]->name == notify.mailers) notify.mailers_index = i;
  }
  if (notify.mailers_index != kNoIndex || config.refused.may_have(notify.mailers)) return;
  diag.error(notify.mailers_pos, fmt::format("there is no mailers section '{}'", notify.mailers),
             notify.mailers.size())
      .hint_nearest(notify.mailers, names);
}

// Numbers of what moves together: the groups' own, then those of sections with two families.
void resolve_instances(Draft& draft, Diag& diag) {
  Config& config = *draft.config;
  find_members(config, diag);
  uint32_t next_sync = static_cast<uint32_t>(config.vrrp_groups.size());
  for (uint32_t i = 0; i < config.vrrps.size(); ++i) make_instances(config, i, next_sync);
  for (const auto& vrrp : config.vrrps) find_mailers(config, vrrp->notify, diag);
  for (const auto& group : config.vrrp_groups) find_mailers(config, group->notify, diag);
}

constexpr ConfigCheck kChecks[] = {{"vrrp instances", kVrrpInstances, resolve_instances}};
HW_REGISTER(ConfigCheck, kChecks);

}  // namespace
}  // namespace hawser
