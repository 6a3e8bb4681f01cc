// SPDX-License-Identifier: MIT
// Settings of interfaces that the kernel has in /proc/sys only, and not on netlink.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace hawser {

// net.ipv6.conf.INTERFACE.SETTING
Result<> set_ipv6(const std::string& interface, std::string_view setting, std::string_view value);

}  // namespace hawser
