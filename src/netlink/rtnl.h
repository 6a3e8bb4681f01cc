// SPDX-License-Identifier: MIT
// Requests to the kernel over rtnetlink(7): addresses, routes, rules, links.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/address.h"
#include "base/mac_address.h"
#include "base/result.h"
#include "netlink/socket.h"

struct nl_msg;

namespace hawser {

// One address on one interface.
struct InterfaceAddress {
  uint32_t ifindex = 0;
  Address address;
  uint8_t prefix = 32;
  uint8_t scope = 0;  // RT_SCOPE_UNIVERSE
  std::string label;  // IPv4 only
  std::optional<Address> broadcast;
  bool no_dad = false;      // IPv6: usable at once
  bool deprecated = false;  // never chosen as a source address
  uint8_t protocol = 0;     // who put it there (IFA_PROTO); Linux 5.18 and later keep it
};

struct KernelRoute {
  int family = 0;
  std::optional<Address> to;  // none: default
  uint8_t prefix = 0;
  std::optional<Address> via, source;
  uint32_t ifindex = 0;
  uint32_t table = 254;  // RT_TABLE_MAIN
  uint32_t metric = 0;
  uint8_t scope = 0;
  uint8_t protocol = 0;  // rtm_protocol
};

struct KernelRule {
  int family = 0;
  std::optional<Address> from, to;
  uint8_t from_prefix = 0, to_prefix = 0;
  std::string iif;
  uint32_t fwmark = 0;
  uint32_t table = 254;
  uint32_t priority = 0;
  uint8_t protocol = 0;
};

struct LinkDetails {
  uint32_t index = 0;
  std::string name, alias;
  std::string kind;   // "macvlan"; empty for what is no virtual interface
  uint32_t base = 0;  // the interface that a macvlan or VLAN stands on
  MacAddress mac{};
  uint32_t group = 0;
  uint32_t macvlan_mode = 0;
  bool up = false;
  std::vector<uint32_t> ipv4;  // net.ipv4.conf.NAME, from IPV4_DEVCONF_FORWARDING on

  uint32_t ipv4_setting(int which) const;  // IPV4_DEVCONF_...; 0: unknown to this kernel
};

class Rtnl {
 public:
  static Result<std::unique_ptr<Rtnl>> open();

  // What is there already is added, and what is not there is removed, without an error. false: it
  // was so before.
  Result<bool> add(const InterfaceAddress& address);
  Result<bool> remove(const InterfaceAddress& address);
  Result<bool> add(const KernelRoute& route);
  Result<bool> remove(const KernelRoute& route);
  Result<bool> add(const KernelRule& rule);
  Result<bool> remove(const KernelRule& rule);
  // Those of both families that bear this mark, and that a KernelRoute or KernelRule says all
  // about.
  Result<std::vector<KernelRoute>> routes(uint8_t protocol);
  Result<std::vector<KernelRule>> rules(uint8_t protocol);

  // A macvlan in bridge mode over the interface `base`, down; returns its index.
  Result<uint32_t> make_macvlan(const std::string& name, uint32_t base, const MacAddress& mac,
                                uint32_t group);
  // What is not set stays as it is.
  struct LinkChange {
    std::optional<bool> up = {};
    std::optional<std::string> alias = {};
    std::vector<std::pair<int, uint32_t>> ipv4 = {};  // IPV4_DEVCONF_... and its value
    bool no_own_ipv6 = false;  // the kernel makes no addresses from its MAC address
  };
  Result<> change_link(uint32_t ifindex, const LinkChange& change);
  Result<> remove_link(uint32_t ifindex);  // one that is not there is removed
  Result<std::optional<LinkDetails>> find_link(const std::string& name);  // nullopt: there is none
  Result<std::optional<LinkDetails>> find_link(uint32_t ifindex);
  // 0: there is none. Unlike if_nametoindex(3) this takes no descriptor, of which none may be left.
  Result<uint32_t> index_of(const std::string& name);
  Result<std::vector<LinkDetails>> links();

  // Calls back with every entry of a list, RTM_GETLINK or RTM_GETADDR, once all of it was read.
  Result<> dump(int type, int family, const std::function<void(const nlmsghdr&)>& each);

 private:
  explicit Rtnl(NetlinkSocket socket) : socket_(std::move(socket)) {}
  NetlinkSocket::Answer request(nl_msg* message);  // frees it
  template <class Header>
  Result<> dump(int type, const Header& header, const char* what,
                const std::function<void(const nlmsghdr&)>& each);
  Result<std::optional<LinkDetails>> get_link(nl_msg* message);
  NetlinkSocket socket_;
};

}  // namespace hawser
