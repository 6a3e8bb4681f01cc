// SPDX-License-Identifier: MIT
// Requests to the kernel over rtnetlink(7): addresses, routes, rules, links.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/address.h"
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

  // A macvlan in private mode over `base`, up; returns its index. One that is there already with
  // this MAC address over this base is taken as it is.
  Result<uint32_t> make_macvlan(const std::string& name, uint32_t base, const uint8_t (&mac)[6]);
  Result<> remove_link(uint32_t ifindex);

  // Calls back with every entry of a list, RTM_GETLINK or RTM_GETADDR, once all of it was read.
  Result<> dump(int type, int family, const std::function<void(const nlmsghdr&)>& each);

 private:
  explicit Rtnl(NetlinkSocket socket) : socket_(std::move(socket)) {}
  NetlinkSocket::Answer request(nl_msg* message);  // frees it
  NetlinkSocket socket_;
};

}  // namespace hawser
