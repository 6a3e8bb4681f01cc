// SPDX-License-Identifier: MIT
#include "vrrp/ip.h"

#include <arpa/inet.h>

#include <algorithm>

namespace hawser::vrrp {

Ip Ip::from_bytes(std::span<const uint8_t> bytes) {
  Ip ip;
  if (bytes.size() != 4 && bytes.size() != 16) return ip;
  std::copy(bytes.begin(), bytes.end(), ip.bytes.begin());
  ip.size = static_cast<uint8_t>(bytes.size());
  return ip;
}

Ip Ip::from_address(const Address& address) {
  if (address.family() == AF_INET) {
    return from_bytes({reinterpret_cast<const uint8_t*>(&address.v4()), 4});
  }
  if (address.family() == AF_INET6) return from_bytes({address.v6().s6_addr, 16});
  return {};
}

Address Ip::to_address() const {
  if (size == 4) {
    in_addr v4;
    std::memcpy(&v4, bytes.data(), sizeof v4);
    return Address::ipv4(v4, 0);
  }
  if (size != 16) return {};
  in6_addr v6;
  std::memcpy(&v6, bytes.data(), sizeof v6);
  return Address::ipv6(v6, 0);
}

std::string Ip::text() const {
  if (!is_set()) return "none";
  char buffer[INET6_ADDRSTRLEN];
  return inet_ntop(family(), bytes.data(), buffer, sizeof buffer);
}

}  // namespace hawser::vrrp
