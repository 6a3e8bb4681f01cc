// SPDX-License-Identifier: MIT
// An IP address as VRRP handles it: small, trivially copyable, ordered as the election orders it.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>

#include "base/address.h"

namespace hawser::vrrp {

// Network order, left-aligned: the form it has in packets and, for IPv4, in the first 4 bytes of
// the address fields of shared memory. Unused bytes are 0.
struct Ip {
  std::array<uint8_t, 16> bytes{};
  uint8_t size = 0;  // 4, 16; 0: none

  static Ip from_bytes(std::span<const uint8_t> bytes);  // 4 or 16 of them; otherwise none
  static Ip from_address(const Address& address);        // its port is dropped; none unless IP

  Address to_address() const;  // without a port

  bool is_set() const { return size != 0; }
  int family() const { return size == 4 ? AF_INET : size == 16 ? AF_INET6 : AF_UNSPEC; }
  std::span<const uint8_t> span() const { return {bytes.data(), size}; }
  bool is_multicast() const { return size == 4 ? (bytes[0] & 0xf0) == 0xe0 : bytes[0] == 0xff; }
  std::string text() const;  // "10.0.0.1", "fe80::1", "none"

  // As unsigned integers in network order, which is how equal priorities are settled (RFC 9568,
  // section 6.4.3).
  friend bool operator==(const Ip&, const Ip&) = default;
  friend auto operator<=>(const Ip&, const Ip&) = default;
};
static_assert(std::is_trivially_copyable_v<Ip>);

}  // namespace hawser::vrrp
