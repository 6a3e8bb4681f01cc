// SPDX-License-Identifier: MIT
// What an attribute of a message that the kernel sent says.
#pragma once

#include <netinet/in.h>
#include <netlink/attr.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include "base/address.h"

namespace hawser {

// One that is not there is "" or 0.
inline std::string text_of(const nlattr* attribute) {
  return attribute == nullptr ? std::string() : std::string(nla_get_string(attribute));
}
inline uint32_t number_of(const nlattr* attribute) {
  return attribute == nullptr ? 0 : nla_get_u32(attribute);
}
inline uint8_t byte_of(const nlattr* attribute) {
  return attribute == nullptr ? uint8_t{0} : nla_get_u8(attribute);
}

// nullopt: not there, or of no such family.
inline std::optional<Address> address_of(int family, const nlattr* attribute) {
  if (attribute == nullptr) return std::nullopt;
  const auto size = static_cast<size_t>(nla_len(attribute));
  if (family == AF_INET && size == sizeof(in_addr)) {
    in_addr ip;
    std::memcpy(&ip, nla_data(attribute), sizeof ip);
    return Address::ipv4(ip, 0);
  }
  if (family == AF_INET6 && size == sizeof(in6_addr)) {
    in6_addr ip;
    std::memcpy(&ip, nla_data(attribute), sizeof ip);
    return Address::ipv6(ip, 0);
  }
  return std::nullopt;
}

}  // namespace hawser
