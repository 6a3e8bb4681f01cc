// SPDX-License-Identifier: MIT
// The interface of a virtual router that has a MAC address of its own (RFC 9568, section 7.3): a
// macvlan over the interface of its section.
//
// It is up while this node is master, and only then: a backup sends nothing from the address, which
// would lead switches astray, and takes no frames to it (section 6.4.2). Multicast that the present
// master sends from the same address passes the macvlan and is heard on the interface below; that
// is what its bridge mode is for, since private mode keeps such frames for itself.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/mac_address.h"
#include "config/model.h"
#include "netlink/rtnl.h"

namespace hawser::vrrp {

// How an interface answers and asks for IPv4 addresses: net.ipv4.conf.NAME.arp_ignore and
// arp_announce.
struct ArpSettings {
  uint32_t ignore = 0, announce = 0;
  friend bool operator==(const ArpSettings&, const ArpSettings&) = default;
};

// Interfaces below macvlans. While there is one above, an interface must neither answer for
// addresses that it does not have itself (arp_ignore 1), nor name one of them when it asks for
// others (arp_announce 2): neighbours would learn its own MAC address for them. What it had before
// is in the alias of every macvlan, where it outlives us.
class BaseInterfaces {
 public:
  explicit BaseInterfaces(Rtnl& kernel) : kernel_(kernel) {}

  // What the interface had before the first macvlan of ours.
  Result<ArpSettings> original(uint32_t base);
  // For one macvlan more, or less. After the last one the interface gets back what it had, where
  // nobody has changed it since.
  Result<> hold(uint32_t base);
  Result<> release(uint32_t base);

 private:
  struct Base {
    ArpSettings original;
    uint32_t users = 0;
  };
  Rtnl& kernel_;
  std::map<uint32_t, Base> bases_;
};

class Macvlan {
 public:
  // `instance` has one.
  Macvlan(const VrrpInstanceConfig& instance, Rtnl& kernel, BaseInterfaces& bases);

  const std::string& name() const { return name_; }
  const MacAddress& mac() const { return mac_; }
  uint32_t ifindex() const { return index_; }  // 0: there is none
  bool is_up() const { return up_; }

  // Makes it over the interface `base`, down, or takes the one of this kind that is there, up or
  // down. Nothing happens where it is there already. `warning` is for what works without: empty,
  // there is none.
  Result<> settle(uint32_t base, std::string& warning);
  Result<> raise();
  Result<> lower();
  // The interface below is restored as well.
  Result<> remove();
  // Removes what a killed process left behind.
  Result<> remove_leftover();

 private:
  bool is_ours(const LinkDetails& link) const;
  Result<> prepare(uint32_t base);
  void prepare_ipv6(std::string& warning) const;
  Result<> set_up(bool up);
  Result<> remove(uint32_t ifindex, uint32_t base);

  std::string name_;
  MacAddress mac_;
  bool ipv6_;  // IPv6 addresses will be on it
  Rtnl& kernel_;
  BaseInterfaces& bases_;
  uint32_t index_ = 0;
  uint32_t base_ = 0;  // held
  bool up_ = false;
};

// As an alias of the macvlan, and back. nullopt: it is none of ours.
std::string alias_of(const ArpSettings& original);
std::optional<ArpSettings> parse_alias(const std::string& alias);

}  // namespace hawser::vrrp
