// SPDX-License-Identifier: MIT
// The 32-bit hashes that `hash-type` names. They are part of the dialect: two proxies with the same
// configuration must send the same key to the same server.
#pragma once

#include <cstdint>
#include <string_view>

namespace hawser {

uint32_t hash_sdbm(std::string_view bytes);
uint32_t hash_djb2(std::string_view bytes);
uint32_t hash_wt6(std::string_view bytes);
// CRC-32 of Ethernet, gzip and PNG.
uint32_t hash_crc32(std::string_view bytes);

// Mixes all bits of `value`, one to one: Bob Jenkins's full avalanche function for integers, spread
// further by a multiplication with an odd number near 3/4 of the range.
uint32_t avalanche(uint32_t value);

}  // namespace hawser
