// SPDX-License-Identifier: MIT
// The interfaces and addresses of this network namespace, kept up to date by the kernel's messages.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/address.h"
#include "base/fd.h"
#include "loop/loop.h"
#include "loop/watch.h"
#include "netlink/address_book.h"
#include "netlink/rtnl.h"

namespace hawser {

struct Link {
  uint32_t index = 0;
  std::string name;
  uint8_t mac[6] = {};
  uint32_t mtu = 1500;
  uint32_t base = 0;    // the interface that a macvlan or VLAN stands on
  bool usable = false;  // IFF_UP and IFF_RUNNING
  // How often it has become usable since we look: also when it was down for so short a time that
  // nobody saw it so.
  uint32_t ups = 0;
  uint32_t carrier_ups = 0;  // what the kernel counts (Linux 4.16); 0: it does not
  bool no_arp = false;       // IFF_NOARP
};

class NetMonitor {
 public:
  struct Events {
    std::function<void(const Link&)> link_changed;  // also a new one
    std::function<void(const Link&)> link_gone;
    std::function<void(const LinkAddress&)> address_added;
    std::function<void(const LinkAddress&)> address_gone;
  };
  // Reads what is there; no event tells of that.
  static Result<std::unique_ptr<NetMonitor>> open(Loop& loop, Events events);

  const Link* find(const std::string& name) const;  // nullptr: there is none
  const Link* find(uint32_t index) const;
  const AddressBook& addresses() const { return addresses_; }

 private:
  NetMonitor(Loop& loop, Events events)
      : loop_(loop), events_(std::move(events)), catch_up_again_(loop, [this] { catch_up(); }) {}
  Result<> start();
  Result<> resync(bool silent);
  void catch_up();
  static void count_ups(const Link& before, Link& now);
  void receive();
  void take(const nlmsghdr& message, bool silent);
  void take_link(const nlmsghdr& message, bool silent);
  void take_address(const nlmsghdr& message, bool silent);

  Loop& loop_;
  Events events_;
  Fd socket_;
  std::unique_ptr<FdWatch> watch_;
  Timer catch_up_again_;
  bool behind_ = false;  // changes were lost, and what is there could not be read since
  std::map<uint32_t, Link> links_;
  AddressBook addresses_;
};

}  // namespace hawser
