// SPDX-License-Identifier: MIT
// The IPv4 header around adverts: raw sockets take it from us (IP_HDRINCL), because AH covers it,
// and hand it to us.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "vrrp/ip.h"

namespace hawser::vrrp {

inline constexpr size_t kIpv4Header = 20;
inline constexpr size_t kIpv6Header = 40;

// Identification of IPv4 packets: never 0, for which the kernel would put a number of its own after
// AH was computed.
class PacketId {
 public:
  uint16_t next() {
    if (++value_ == 0) ++value_;
    return value_;
  }

 private:
  uint16_t value_ = 0;
};

// Writes 20 bytes: internetwork control (0xC0), not fragmented, with its checksum.
void put_ipv4_header(std::span<uint8_t> out, size_t total_size, uint16_t id, uint8_t protocol,
                     uint8_t ttl, const Ip& source, const Ip& destination);

// A packet as a raw socket received it. The spans look into the caller's buffer.
struct Datagram {
  Ip source;
  Ip destination;  // none: not known
  uint8_t protocol = 0;
  int ttl = -1;                        // or hop limit; -1: not known
  std::span<const uint8_t> ip_header;  // IPv4 only, with its options
  // After the IP header; begins with the authentication header where `protocol` is 51.
  std::span<const uint8_t> payload;
};

// nullopt: no whole IPv4 packet. What follows the packet's total length is cut off.
std::optional<Datagram> read_ipv4(std::span<const uint8_t> packet);

}  // namespace hawser::vrrp
