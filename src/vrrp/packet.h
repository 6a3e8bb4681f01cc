// SPDX-License-Identifier: MIT
// The VRRP advertisement: VRRPv2 (RFC 3768, section 5.1; IPv4 only) and VRRPv3 (RFC 9568, section
// 5.1; IPv4 and IPv6), from and to bytes. Nothing here allocates. What surrounds an advert is
// elsewhere: the IPv4 header in ipv4.h, AH in auth.h, the HMAC trailer in trailer.h, checksums in
// checksum.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "vrrp/ip.h"

namespace hawser::vrrp {

inline constexpr uint8_t kVrrpProtocol = 112;  // IP protocol, and IPv6 next header
inline constexpr uint8_t kAhProtocol = 51;     // IPv4 only: an authentication header first
inline constexpr uint8_t kVrrpTtl = 255;       // RFC 9568, sections 5.1.1.3 and 5.1.2.3
inline constexpr uint8_t kTypeAdvertisement = 1;
inline constexpr uint8_t kPriorityStop = 0;     // the sender gives up mastership
inline constexpr uint8_t kPriorityOwner = 255;  // the sender owns the addresses

// VRRPv2, section 5.3.6 of RFC 2338.
enum AuthType : uint8_t { kAuthTypeNone = 0, kAuthTypePass = 1, kAuthTypeAh = 2 };

inline constexpr size_t kAdvertHeader = 8;
inline constexpr size_t kAuthData = 8;        // after the addresses of every VRRPv2 advert
inline constexpr size_t kMaxAddresses = 255;  // the count is one byte
inline constexpr size_t kMaxAdvert = kAdvertHeader + kMaxAddresses * 16;

// One advert, as it is sent or as it was received: then the spans look into the packet.
struct Advert {
  uint8_t version = 2;  // 2 or 3
  uint8_t type = kTypeAdvertisement;
  uint8_t vrid = 0;
  uint8_t priority = 0;
  // Centiseconds in both versions; VRRPv2 sends whole seconds (1 to 255), VRRPv3 1 to 4095.
  uint16_t interval_cs = 0;
  uint16_t checksum = 0;                    // host order; received only
  uint8_t auth_type = kAuthTypeNone;        // VRRPv2 only
  std::array<uint8_t, 8> auth_data = {};    // VRRPv2 only
  std::span<const uint8_t> addresses = {};  // network order, one after the other
  uint8_t address_size = 4;                 // of one address: 4 or 16

  size_t address_count() const { return addresses.size() / address_size; }
  Ip address(size_t index) const {
    return Ip::from_bytes(addresses.subspan(index * address_size, address_size));
  }
};

// The exact length of an advert: 8 + 4 n + 8 in VRRPv2, 8 + 4 n or 8 + 16 n in VRRPv3.
size_t advert_size(uint8_t version, size_t addresses, size_t address_size);

// The most addresses that fit an advert on a link of this MTU; `around` are the bytes of the IP
// header, AH and trailer.
size_t max_addresses(uint8_t version, size_t address_size, size_t mtu, size_t around);

// Writes the advert with a checksum of 0 and returns its length; 0: it does not fit `out`. What
// the version cannot say (an interval out of its range, VRRPv2 with IPv6) is a bug of the caller.
size_t serialize(const Advert& advert, std::span<uint8_t> out);

// What identifies an advert, before anything about it is known to be right. nullopt: shorter than
// the fixed part of an advert.
struct AdvertHeading {
  uint8_t version, type, vrid, priority, address_count;
};
std::optional<AdvertHeading> peek(std::span<const uint8_t> payload);

enum class ParseError : uint8_t {
  kNone,
  kTooShort,     // for the fixed part
  kVersion,      // neither 2 nor 3, or 2 over IPv6
  kTruncated,    // the addresses, or the authentication data after them, are cut off
  kNoAddresses,  // a count of 0 (RFC 9568, section 5.2.5)
};

struct Parsed {
  ParseError error = ParseError::kNone;
  Advert advert;                  // whole only without error
  size_t size = 0;                // of the advert; with kTruncated, what it should be
  std::span<const uint8_t> rest;  // what follows: nothing, a trailer, or padding
};

// `payload` starts with the VRRP header; `family` is that of the packet. Reads every field and
// judges none but those that the length depends on.
Parsed parse(std::span<const uint8_t> payload, int family);

// Ethernet fills frames up to 60 bytes, which leaves up to 46 bytes for the IP packet, 50 where a
// VLAN tag was taken off; some drivers count the fill as payload. true: an IP packet of `ip_packet`
// bytes may end in such a fill.
constexpr bool may_end_in_padding(size_t ip_packet) { return ip_packet <= 50; }

}  // namespace hawser::vrrp
