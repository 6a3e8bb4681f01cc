// SPDX-License-Identifier: MIT
// What a vrrp section must and must not say. Every rule here is a trap that other programs fall
// into in silence.
#include <fmt/format.h>
#include <ifaddrs.h>

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>

#include "config/draft.h"
#include "vrrp/line_options.h"
#include "vrrp/resolve.h"

namespace hawser {
namespace {

// What fits into one advert: its count has 8 bits (RFC 9568, section 5.2.5), and a packet of IPv6
// 1500 bytes less the headers' 48.
constexpr size_t most_advertised(int family) { return family == AF_INET ? 255 : 90; }

constexpr Millis kMaxAdvertV3{40950};

const VrrpConfig& section_of(const Config& config, const VrrpInstanceConfig& instance) {
  return *config.vrrps[instance.section];
}

// An advert interval that vrrp-defaults gives is shown there.
SourcePos pos_or(SourcePos wanted, SourcePos otherwise) {
  return wanted.line != 0 ? wanted : otherwise;
}

void check_missing(const VrrpConfig& vrrp, Diag& diag) {
  if (vrrp.vrid == 0) {
    diag.error(vrrp.pos, fmt::format("vrrp '{}' has no 'virtual-router-id'", vrrp.name))
        .with_hint("give it a number from 1 to 255, the same on all nodes");
  }
  if (vrrp.interface.empty()) {
    diag.error(vrrp.pos, fmt::format("vrrp '{}' has no 'interface'", vrrp.name));
  }
  if (vrrp.addresses.empty()) {
    diag.error(vrrp.pos, fmt::format("vrrp '{}' has no 'virtual-address'", vrrp.name));
  } else if (std::none_of(vrrp.addresses.begin(), vrrp.addresses.end(),
                          [](const VirtualAddress& address) { return address.advertised; })) {
    diag.error(vrrp.pos, fmt::format("no address of vrrp '{}' is advertised", vrrp.name))
        .with_hint("take 'not-advertised' off one of them");
  }
}

void check_advert(const VrrpConfig& vrrp, const VrrpInstanceConfig& instance, Diag& diag) {
  const SourcePos pos = pos_or(vrrp.advert_pos, vrrp.pos);
  const auto refuse = [&](std::string why, std::string hint) {
    diag.error(pos, fmt::format("'{}': an advert interval of {}ms {}", instance.name,
                                vrrp.advert.count(), why))
        .with_hint(std::move(hint));
  };
  if (instance.version == 3) {
    if (vrrp.advert > kMaxAdvertV3) refuse("is too long for VRRPv3", "40950ms is the longest");
    return;
  }
  if (vrrp.advert < std::chrono::seconds(1)) {
    refuse("is not possible in version 2, which counts seconds", "write 'version 3' on all nodes");
  } else if (vrrp.advert % std::chrono::seconds(1) != Millis(0)) {
    refuse("is not possible in version 2, which counts whole seconds",
           "round it, or write 'version 3' on all nodes");
  }
}

void check_authentication(const VrrpConfig& vrrp, const VrrpInstanceConfig& instance, Diag& diag) {
  const SourcePos pos = pos_or(vrrp.auth_pos, vrrp.pos);
  if (vrrp.auth != VrrpAuth::kNone && instance.version == 3) {
    Diagnostic& error =
        diag.error(pos, fmt::format("'{}' has version 3, which has no passwords", instance.name));
    if (instance.family == AF_INET6) {
      error.with_hint(
          "IPv6 always has version 3: put the IPv6 addresses into a section of their own");
    } else {
      error.with_hint("leave 'authentication' out, or use 'authentication hmac', or 'version 2'");
    }
  }
  if (!vrrp.hmac_keys.empty() && instance.version == 2) {
    diag.error(pos, fmt::format("'{}' has version 2, which has no signatures", instance.name))
        .with_hint("write 'version 3' on all nodes");
  }
}

// One key signs: the active one, or the only one.
void choose_signing_key(VrrpConfig& vrrp, Diag& diag) {
  auto& keys = vrrp.hmac_keys;
  if (keys.size() == 1) keys.front().active = true;
  const auto active =
      std::count_if(keys.begin(), keys.end(), [](const VrrpHmacKey& key) { return key.active; });
  if (keys.empty() || active == 1) return;
  diag.error(vrrp.auth_pos,
             fmt::format("{} of the {} keys of vrrp '{}' are 'active'; one is to be",
                         active == 0 ? "none" : fmt::to_string(active), keys.size(), vrrp.name));
}

bool is_local(const Address& address) {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return false;
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, freeifaddrs);
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != address.family()) continue;
    const socklen_t length =
        address.family() == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    Address known = Address::from_sockaddr(entry->ifa_addr, length);
    known.set_port(address.port());
    if (known == address) return true;
  }
  return false;
}

void check_owner(const VrrpConfig& vrrp, const VrrpInstanceConfig& instance, Diag& diag) {
  if (vrrp.priority != 255) return;
  for (const VirtualAddress& address : instance.addresses) {
    if (!address.advertised || is_local(address.address)) continue;
    diag.warning(vrrp.priority_pos,
                 fmt::format("priority 255 is for the owner of the addresses, but {} is not an "
                             "address of this machine",
                             address.address.ip_text()))
        .with_hint("254 is the highest of the others");
    return;
  }
}

void check_count(const VrrpConfig& vrrp, const VrrpInstanceConfig& instance, Diag& diag) {
  const size_t most = most_advertised(instance.family);
  if (instance.advertised <= most) return;
  diag.error(vrrp.pos, fmt::format("'{}' has {} {} addresses; {} fit into an advert", instance.name,
                                   instance.advertised, family_name(instance.family), most))
      .with_hint("mark the others 'not-advertised' on all nodes");
}

void check_sources(const VrrpConfig& vrrp, Diag& diag) {
  for (const VrrpSource& source : vrrp.sources) {
    if (source.unicast && vrrp.peers.empty()) {
      diag.error(source.pos, fmt::format("vrrp '{}' has 'unicast-source' but no 'peer'", vrrp.name))
          .with_hint("add 'peer <address>', or write 'multicast-source'");
    } else if (!source.unicast && !vrrp.peers.empty()) {
      diag.error(source.pos,
                 fmt::format("vrrp '{}' has peers, so nothing is sent to a group", vrrp.name))
          .with_hint("write 'unicast-source'");
    }
  }
}

void check_peers(const VrrpConfig& vrrp, const VrrpInstanceConfig& instance, Diag& diag) {
  if (vrrp.peers.empty()) return;
  const std::string_view family = family_name(instance.family);
  if (instance.peers.empty()) {
    diag.error(vrrp.peers.front().pos, fmt::format("'{}' has {} addresses to share but no {} peer",
                                                   instance.name, family, family))
        .with_hint(fmt::format("add 'peer <{} address>'", family));
  }
  for (const VrrpPeer& peer : instance.peers) {
    if (instance.source && peer.address == *instance.source) {
      diag.error(peer.pos, fmt::format("{} is the node itself ('unicast-source'), not a peer",
                                       peer.address.ip_text()));
    }
  }
  if (!instance.source && !instance.peers.empty()) {
    diag.warning(instance.peers.front().pos,
                 fmt::format("'{}' has peers but no {} 'unicast-source'", instance.name, family))
        .with_hint(
            "without it adverts come from the interface's first address, which the peers "
            "must expect");
  }
}

void check_peer_families(const VrrpConfig& vrrp, Diag& diag) {
  for (const VrrpPeer& peer : vrrp.peers) {
    const int family = peer.address.family();
    const bool used = std::any_of(vrrp.addresses.begin(), vrrp.addresses.end(),
                                  [&](const VirtualAddress& address) {
                                    return address.advertised && address.address.family() == family;
                                  });
    if (used || vrrp.addresses.empty()) continue;
    diag.error(peer.pos, fmt::format("the peer {} is {}, but vrrp '{}' has no {} address to share",
                                     peer.address.ip_text(), family_name(family), vrrp.name,
                                     family_name(family)));
  }
}

void check_heartbeats(const VrrpConfig& vrrp, Diag& diag) {
  for (const VrrpHeartbeat& heartbeat : vrrp.heartbeats) {
    if (heartbeat.interface.empty() || heartbeat.interface != vrrp.interface) continue;
    diag.error(heartbeat.pos, fmt::format("{} is the interface of vrrp '{}' already",
                                          heartbeat.interface, vrrp.name))
        .with_hint("a second heartbeat needs a second way: another interface, or a peer");
  }
}

void check_sections(Draft& draft, Diag& diag) {
  Config& config = *draft.config;
  for (const auto& vrrp : config.vrrps) {
    if (vrrp->incomplete) continue;
    check_missing(*vrrp, diag);
    choose_signing_key(*vrrp, diag);
    check_sources(*vrrp, diag);
    check_peer_families(*vrrp, diag);
    check_heartbeats(*vrrp, diag);
  }
  for (const VrrpInstanceConfig& instance : config.vrrp_instances) {
    const VrrpConfig& vrrp = section_of(config, instance);
    if (vrrp.incomplete) continue;
    check_advert(vrrp, instance, diag);
    check_authentication(vrrp, instance, diag);
    check_owner(vrrp, instance, diag);
    check_count(vrrp, instance, diag);
    check_peers(vrrp, instance, diag);
  }
}

// A number may be used once on an interface and by family: two routers of one number would take
// each other's adverts for their own.
void check_router_ids(Draft& draft, Diag& diag) {
  const Config& config = *draft.config;
  std::map<std::tuple<std::string, int, uint8_t>, const VrrpConfig*> seen;
  const auto claim = [&](const std::string& interface, const VrrpInstanceConfig& instance) {
    const VrrpConfig& vrrp = section_of(config, instance);
    const auto [known, fresh] = seen.try_emplace({interface, instance.family, vrrp.vrid}, &vrrp);
    if (fresh || vrrp.vrid == 0) return;
    diag.error(vrrp.vrid_pos,
               fmt::format("vrrp '{}' and '{}' both have virtual-router-id {} for {} "
                           "on interface '{}'",
                           known->second->name, vrrp.name, vrrp.vrid, family_name(instance.family),
                           interface))
        .with_hint("the other one is at " + diag.place(known->second->vrid_pos));
  };
  for (const VrrpInstanceConfig& instance : config.vrrp_instances) {
    claim(section_of(config, instance).interface, instance);
    for (const VrrpHeartbeat& heartbeat : instance.heartbeats) {
      const bool own = heartbeat.interface == section_of(config, instance).interface;
      if (!heartbeat.interface.empty() && !own) claim(heartbeat.interface, instance);
    }
  }
}

// An address moves with one section.
void check_duplicate_addresses(Draft& draft, Diag& diag) {
  std::map<std::string, std::pair<const VrrpConfig*, const VirtualAddress*>> seen;
  for (const auto& vrrp : draft.config->vrrps) {
    if (vrrp->disabled) continue;
    for (const VirtualAddress& address : vrrp->addresses) {
      const auto [known, fresh] = seen.try_emplace(address.address.ip_text(), vrrp.get(), &address);
      if (fresh) continue;
      diag.error(address.pos,
                 fmt::format("{} is a virtual address of vrrp '{}' already", known->first,
                             known->second.first->name),
                 address.width)
          .with_hint("it is at " + diag.place(known->second.second->pos));
    }
  }
}

constexpr ConfigCheck kChecks[] = {
    {"vrrp sections", kVrrpRules, check_sections},
    {"virtual router ids", kVrrpRules, check_router_ids},
    {"virtual addresses", kVrrpRules, check_duplicate_addresses},
};
HW_REGISTER(ConfigCheck, kChecks);

}  // namespace
}  // namespace hawser
