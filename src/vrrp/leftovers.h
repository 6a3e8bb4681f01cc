// SPDX-License-Identifier: MIT
// What a killed process of ours left in this network namespace and today's configuration does not
// name: nobody else would ever remove it. What is named is found by its instance.
#pragma once

#include <string>

#include "base/fd.h"
#include "config/model.h"
#include "netlink/rtnl.h"
#include "vrrp/macvlan.h"

namespace hawser::vrrp {

// Tells other vrrp processes of ours in this network namespace that there is one: an abstract
// socket, which the kernel closes however the process ends.
class Presence {
 public:
  Presence();
  // Nobody else is there whose interfaces and addresses would pass for leftovers. When in doubt,
  // somebody is.
  bool is_alone() const;

 private:
  std::string name_;
  Fd fd_;
};

// Removes interfaces, addresses, routes and rules that bear our mark. Only for whoever is alone.
Result<> remove_leftovers(Rtnl& kernel, BaseInterfaces& bases, const Config& config);

}  // namespace hawser::vrrp
