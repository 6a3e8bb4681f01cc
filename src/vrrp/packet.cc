// SPDX-License-Identifier: MIT
#include "vrrp/packet.h"

#include <algorithm>

#include "base/assert.h"

namespace hawser::vrrp {
namespace {

constexpr uint16_t kMaxIntervalV3 = 4095;  // 12 bits

void put_fixed(const Advert& advert, std::span<uint8_t> out) {
  out[0] = static_cast<uint8_t>(advert.version << 4 | advert.type);
  out[1] = advert.vrid;
  out[2] = advert.priority;
  out[3] = static_cast<uint8_t>(advert.address_count());
  if (advert.version == 2) {
    HW_ASSERT(advert.interval_cs % 100 == 0);
    HW_ASSERT(advert.interval_cs >= 100 && advert.interval_cs <= 25'500);
    out[4] = advert.auth_type;
    out[5] = static_cast<uint8_t>(advert.interval_cs / 100);
  } else {
    HW_ASSERT(advert.interval_cs >= 1 && advert.interval_cs <= kMaxIntervalV3);
    out[4] = static_cast<uint8_t>(advert.interval_cs >> 8);
    out[5] = static_cast<uint8_t>(advert.interval_cs);
  }
  out[6] = out[7] = 0;
}

}  // namespace

size_t advert_size(uint8_t version, size_t addresses, size_t address_size) {
  return kAdvertHeader + addresses * address_size + (version == 2 ? kAuthData : 0);
}

size_t max_addresses(uint8_t version, size_t address_size, size_t mtu, size_t around) {
  const size_t fixed = advert_size(version, 0, address_size) + around;
  return mtu <= fixed ? 0 : std::min(kMaxAddresses, (mtu - fixed) / address_size);
}

size_t serialize(const Advert& advert, std::span<uint8_t> out) {
  HW_ASSERT(advert.version == 3 || (advert.version == 2 && advert.address_size == 4));
  HW_ASSERT(advert.address_size == 4 || advert.address_size == 16);
  HW_ASSERT(advert.address_count() <= kMaxAddresses);
  const size_t size = advert_size(advert.version, advert.address_count(), advert.address_size);
  if (out.size() < size) return 0;
  put_fixed(advert, out);
  const auto end = std::copy(advert.addresses.begin(), advert.addresses.end(),
                             out.begin() + static_cast<ptrdiff_t>(kAdvertHeader));
  if (advert.version == 2) std::copy(advert.auth_data.begin(), advert.auth_data.end(), end);
  return size;
}

std::optional<AdvertHeading> peek(std::span<const uint8_t> payload) {
  if (payload.size() < kAdvertHeader) return std::nullopt;
  return AdvertHeading{.version = static_cast<uint8_t>(payload[0] >> 4),
                       .type = static_cast<uint8_t>(payload[0] & 15),
                       .vrid = payload[1],
                       .priority = payload[2],
                       .address_count = payload[3]};
}

Parsed parse(std::span<const uint8_t> payload, int family) {
  Parsed parsed;
  Advert& advert = parsed.advert;
  const auto heading = peek(payload);
  if (!heading) {
    parsed.error = ParseError::kTooShort;
    parsed.size = kAdvertHeader;
    return parsed;
  }
  advert.version = heading->version;
  advert.type = heading->type;
  advert.vrid = heading->vrid;
  advert.priority = heading->priority;
  advert.address_size = family == AF_INET6 ? 16 : 4;
  advert.checksum = static_cast<uint16_t>(payload[6] << 8 | payload[7]);
  if (advert.version != 3 && (advert.version != 2 || family == AF_INET6)) {
    parsed.error = ParseError::kVersion;
    return parsed;
  }
  if (advert.version == 2) {
    advert.auth_type = payload[4];
    advert.interval_cs = static_cast<uint16_t>(payload[5] * 100);
  } else {
    // The upper 4 bits are reserved and ignored (RFC 9568, section 5.2.6).
    advert.interval_cs = static_cast<uint16_t>((payload[4] & 15) << 8 | payload[5]);
  }
  parsed.size = advert_size(advert.version, heading->address_count, advert.address_size);
  if (heading->address_count == 0) {
    parsed.error = ParseError::kNoAddresses;
    return parsed;
  }
  if (payload.size() < parsed.size) {
    parsed.error = ParseError::kTruncated;
    return parsed;
  }
  advert.addresses =
      payload.subspan(kAdvertHeader, size_t{heading->address_count} * advert.address_size);
  if (advert.version == 2) {
    const auto auth = payload.subspan(parsed.size - kAuthData, kAuthData);
    std::copy(auth.begin(), auth.end(), advert.auth_data.begin());
  }
  parsed.rest = payload.subspan(parsed.size);
  return parsed;
}

}  // namespace hawser::vrrp
