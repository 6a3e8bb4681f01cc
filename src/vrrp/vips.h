// SPDX-License-Identifier: MIT
// The addresses, routes and rules of an instance: put in place by its master, and taken away again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/model.h"
#include "netlink/monitor.h"
#include "netlink/rtnl.h"
#include "vrrp/ip.h"

namespace hawser::vrrp {

// Marks addresses (IFA_PROTO, Linux 5.18), routes and rules as ours. The kernel's own numbers are
// below 8, and no other routing program has this one.
inline constexpr uint8_t kOurProtocol = 112;

class Vips {
 public:
  // What `config` says. `owner`: of priority 255, whose addresses may be permanent ones.
  // `interface` is where addresses without `dev` go: the instance's own, or its macvlan.
  Vips(const VrrpInstanceConfig& config, bool owner, std::string interface);

  // Puts everything in place: addresses, then routes, then rules. Every one is tried; the error is
  // the first of those that failed. What is there already is left as it is, and an address that is
  // there and was not put there by us will not be taken away by give_up() either.
  Result<> take(Rtnl& kernel);
  // In reverse. Also removes what a killed process of ours left behind.
  Result<> give_up(Rtnl& kernel);

  bool held() const { return held_; }

  enum class Loss : uint8_t {
    kNotOurs,    // somebody else's address
    kUntracked,  // `no-track`: it has been put back, or will be by the next take()
    kLost,       // while held: the caller's to decide about
  };
  // An address was removed, by whomever.
  Loss address_gone(const LinkAddress& gone, Rtnl& kernel);

  // What to announce, with the index of the interface it is on (0: the interface is not there).
  struct Place {
    Ip address;
    uint32_t ifindex = 0;
  };
  std::vector<Place> places() const;
  bool has(const Address& address) const;  // in the configuration

 private:
  struct Vip {
    VirtualAddress config;
    std::string interface;
    bool foreign = false;  // was there before us, and stays
  };
  static InterfaceAddress kernel_address(const Vip& vip);
  KernelRoute kernel_route(const VirtualRoute& route) const;
  static KernelRule kernel_rule(const VirtualRule& rule);
  Result<> take_address(Rtnl& kernel, Vip& vip);
  Result<> give_up_address(Rtnl& kernel, Vip& vip);

  std::string interface_;
  std::vector<Vip> vips_;
  std::vector<VirtualRoute> routes_;
  std::vector<VirtualRule> rules_;
  bool owner_;
  bool held_ = false;
};

// Without any process of ours running: removes what it left behind of what `config` names. Needs
// no loop. The error is the first of those that came; the rest is removed all the same.
Result<> release_all(const Config& config);

}  // namespace hawser::vrrp
