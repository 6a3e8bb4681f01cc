// SPDX-License-Identifier: MIT
#include "base/hash.h"

#include <zlib.h>

#include <bit>

namespace hawser {

uint32_t hash_sdbm(std::string_view bytes) {
  uint32_t hash = 0;
  for (const char c : bytes) hash = hash * 65599 + static_cast<uint8_t>(c);
  return hash;
}

uint32_t hash_djb2(std::string_view bytes) {
  uint32_t hash = 5381;
  for (const char c : bytes) hash = hash * 33 + static_cast<uint8_t>(c);
  return hash;
}

// Two halves that are complemented, rotated by amounts which depend on themselves, and exchanged
// with every byte.
uint32_t hash_wt6(std::string_view bytes) {
  uint32_t low = 0xa53c965a, high = 0x5ca6953a;
  int rotate_high = 6, rotate_low = 18;
  for (const char c : bytes) {
    const uint32_t byte = static_cast<uint8_t>(c);
    const uint32_t mixed_low = ~(low ^ byte);
    const uint32_t mixed_high = ~(high + byte);
    low = std::rotl(mixed_high, rotate_high);
    high = std::rotl(mixed_low, rotate_low);
    const uint32_t next = ((low >> 16) ^ high) & 0xffff;
    rotate_high = static_cast<int>(next & 31);
    rotate_low = static_cast<int>(next >> 11);
  }
  return low ^ high;
}

uint32_t hash_crc32(std::string_view bytes) {
  return static_cast<uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

uint32_t avalanche(uint32_t value) {
  // http://burtleburtle.net/bob/hash/integer.html, the first of the full avalanche functions.
  value = (value + 0x7ed55d16) + (value << 12);
  value = (value ^ 0xc761c23c) ^ (value >> 19);
  value = (value + 0x165667b1) + (value << 5);
  value = (value + 0xd3a2646c) ^ (value << 9);
  value = (value + 0xfd7046c5) + (value << 3);
  value = (value ^ 0xb55a4f09) ^ (value >> 16);
  return value * 3221225473u;
}

}  // namespace hawser
