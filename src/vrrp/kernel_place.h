// SPDX-License-Identifier: MIT
// An address as the kernel lists it, the mark of what is ours, and the first error of many steps.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "vrrp/ip.h"

struct nlmsghdr;

namespace hawser::vrrp {

// Marks addresses (IFA_PROTO, Linux 5.18), routes and rules as ours. The kernel's own numbers are
// below 8, and no other routing program has this one.
inline constexpr uint8_t kOurProtocol = 112;

struct KernelPlace {
  uint32_t ifindex = 0;
  uint8_t prefix = 0;
  uint8_t protocol = 0;  // who put it there; 0: nobody has said
  Ip address;
};
// nullopt: the message is of something else.
std::optional<KernelPlace> kernel_place(const nlmsghdr& message);

// Every step is tried, and the first that failed is told.
inline void keep_first(Result<>& kept, const Result<>& next) {
  if (kept && !next) kept = next;
}

}  // namespace hawser::vrrp
