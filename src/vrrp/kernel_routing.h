// SPDX-License-Identifier: MIT
// Virtual routes and rules as the kernel has them, with our mark.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "config/vrrp_model.h"
#include "netlink/rtnl.h"

namespace hawser::vrrp {

// `interface` is where routes without a gateway and without `dev` go. nullopt: the interface is not
// there.
Result<std::optional<KernelRoute>> kernel_route(const VirtualRoute& route,
                                                const std::string& interface, Rtnl& kernel);
KernelRule kernel_rule(const VirtualRule& rule);

// Whether one that the kernel lists is the wanted one, of which the kernel chose what it leaves
// open.
bool is_same(const KernelRoute& listed, const KernelRoute& wanted);
bool is_same(const KernelRule& listed, const KernelRule& wanted);

}  // namespace hawser::vrrp
