// SPDX-License-Identifier: MIT
// The addresses, routes and rules of an instance: put in place by its master, and taken away again.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/model.h"
#include "netlink/monitor.h"
#include "netlink/rtnl.h"
#include "vrrp/ip.h"

namespace hawser::vrrp {

class Vips {
 public:
  // What `config` says. `owner`: of priority 255, whose addresses may be permanent ones.
  // `interface` is where addresses without `dev` go: the instance's own, or its macvlan.
  Vips(const VrrpInstanceConfig& config, bool owner, std::string interface);

  // Puts everything in place: addresses, then routes, then rules. Every one is tried; the error is
  // the first of those that failed. What is there already is left as it is, and an address that is
  // there and was not put there by us will not be taken away by give_up() either.
  Result<> take(Rtnl& kernel);
  // Whether the last take() found an address that was not there.
  bool took_any() const { return took_any_; }
  // In reverse. Also removes what a killed process of ours left behind.
  Result<> give_up(Rtnl& kernel);

  bool held() const { return held_; }

  enum class Loss : uint8_t {
    kNotOurs,     // somebody else's address, or none that we hold
    kStillThere,  // the message is an old one: of a removal of our own, before it was taken again
    kUntracked,   // `no-track`
    kLost,        // the caller's to decide about
  };
  // The kernel says that an address was removed, by whomever. One that is held is put back at once,
  // which is also the way to know whether it was away.
  Loss address_gone(const LinkAddress& gone, Rtnl& kernel);

  // What to announce, with the index of the interface it is on (0: the interface is not there).
  struct Place {
    Ip address;
    uint32_t ifindex = 0;
  };
  std::vector<Place> places(Rtnl& kernel) const;
  bool has(const Address& address) const;  // in the configuration
  // Where the addresses go, each name once.
  const std::vector<std::string>& interfaces() const { return interfaces_; }

 private:
  struct Vip {
    VirtualAddress config;
    size_t interface;      // in interfaces_
    bool foreign = false;  // was there before us, and stays
  };
  class Moment;
  static InterfaceAddress kernel_address(const Vip& vip, uint32_t ifindex);
  size_t number_of(const std::string& interface);
  Result<bool> take_address(Moment& now, Vip& vip);  // true: it was not there
  Result<> give_up_address(Moment& now, Vip& vip);
  Result<> take_route(Rtnl& kernel, const VirtualRoute& route) const;
  Result<> give_up_route(Rtnl& kernel, const VirtualRoute& route) const;

  std::string interface_;
  std::vector<std::string> interfaces_;
  std::vector<Vip> vips_;
  std::multimap<Ip, size_t> by_address_;  // numbers in vips_
  std::vector<VirtualRoute> routes_;
  std::vector<VirtualRule> rules_;
  bool owner_;
  bool held_ = false;
  bool took_any_ = false;
};

// Removes what a process of ours left behind: what `config` names, and, where none runs in this
// network namespace, everything else that bears our mark. Needs no loop. The error is the first of
// those that came; the rest is removed all the same.
Result<> release_all(const Config& config);

}  // namespace hawser::vrrp
