// SPDX-License-Identifier: MIT
// Opens the sockets of Transport, with every option that they need.
#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "vrrp/transport.h"

namespace hawser::vrrp {

inline constexpr uint8_t kTrafficClass = 0xc0;  // internetwork control
inline constexpr int kAdvertTtl = 255;          // RFC 9568, section 5.1.1.3

Result<Fd> open_receive_socket(const PathKey& path, uint32_t ifindex);
Result<Fd> open_send_socket(const PathKey& path, uint32_t ifindex);

}  // namespace hawser::vrrp
