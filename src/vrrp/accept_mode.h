// SPDX-License-Identifier: MIT
// `no accept`: the master forwards what is sent through its addresses, and takes nothing that is
// sent to them (RFC 9568, section 6.1, Accept_Mode). A filter in the kernel sees to it from the
// start of the instance to its end: only a master has the addresses, so that nothing needs to be
// done when the role changes.
#pragma once

#include "base/result.h"
#include "config/model.h"

namespace hawser::vrrp {

bool takes_traffic(const VrrpConfig& section);

// Drops what is sent to the addresses, where the section says so and does not own them.
Result<> close_addresses(const VrrpConfig& section, const VrrpInstanceConfig& instance);
// Does it again where somebody has removed the filter; false: it is there, or not wanted.
Result<bool> close_again(const VrrpConfig& section, const VrrpInstanceConfig& instance);
// Takes that back, also what a killed process left.
Result<> open_addresses(const VrrpConfig& section, const VrrpInstanceConfig& instance);

}  // namespace hawser::vrrp
