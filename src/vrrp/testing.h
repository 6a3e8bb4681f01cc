// SPDX-License-Identifier: MIT
// For tests of VRRP: bytes from hex, addresses from text, and packets that keepalived 2.2.7 sends.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "vrrp/ip.h"

namespace hawser::vrrp {

// Blanks are left out.
inline std::vector<uint8_t> hex(std::string_view text) {
  std::vector<uint8_t> bytes;
  int high = -1;
  for (const char c : text) {
    if (c == ' ') continue;
    const int digit = c <= '9' ? c - '0' : c - 'a' + 10;
    HW_ASSERT(digit >= 0 && digit < 16);
    if (high >= 0) bytes.push_back(static_cast<uint8_t>(high * 16 + digit));
    high = high >= 0 ? -1 : digit;
  }
  HW_ASSERT(high < 0);
  return bytes;
}

inline Ip ip(std::string_view text) { return Ip::from_address(*Address::parse_ip(text)); }

inline constexpr int64_t kMs = 1'000'000, kSecond = 1'000 * kMs;

// Captured from keepalived 2.2.7, except the form without pseudo-header, which it cannot send, and
// the one over IPv6; both were computed by hand. Sent by 10.1.10.6 to 224.0.0.18, and by fe80::6 to
// ff02::12.
inline constexpr std::string_view kGoldenPass = "21976401 010102fc 0a010a07 31313131 00000000";
inline constexpr std::string_view kGoldenNone = "21976401 0001665e 0a010a07 00000000 00000000";
inline constexpr std::string_view kGoldenStop = "21970001 010166fc 0a010a07 31313131 00000000";
inline constexpr std::string_view kGoldenV3Pseudo = "31976401 00646165 0a010a07";
inline constexpr std::string_view kGoldenV3Plain = "31976401 006455fb 0a010a07";
inline constexpr std::string_view kGoldenV3Ip6 =
    "31976402 00643f86 fe800000 00000000 00000000 00000007 20010db8 00000000 00000000 00000007";
inline constexpr std::string_view kGoldenIpHeader = "45c00028 00010000 ff70c68b 0a010a06 e0000012";
// id 1, total length 64, key "1111", sequence number 1.
inline constexpr std::string_view kGoldenAh =
    "70040000 0a010a06 00000001 691f7606 b6ffbea8 c4987f89";
inline constexpr std::string_view kGoldenAhAdvert = "21976401 0201645e 0a010a07 00000000 00000000";

}  // namespace hawser::vrrp
