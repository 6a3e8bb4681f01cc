// SPDX-License-Identifier: MIT
#include "vrrp/ipv4.h"

#include <algorithm>

#include "base/assert.h"
#include "vrrp/checksum.h"

namespace hawser::vrrp {
namespace {

constexpr uint8_t kInternetworkControl = 0xc0;

void put16(std::span<uint8_t> out, size_t at, size_t value) {
  out[at] = static_cast<uint8_t>(value >> 8);
  out[at + 1] = static_cast<uint8_t>(value);
}

}  // namespace

void put_ipv4_header(std::span<uint8_t> out, size_t total_size, uint16_t id, uint8_t protocol,
                     uint8_t ttl, const Ip& source, const Ip& destination) {
  HW_ASSERT(out.size() >= kIpv4Header && source.size == 4 && destination.size == 4);
  HW_ASSERT(total_size <= UINT16_MAX && id != 0);
  const auto header = out.first(kIpv4Header);
  header[0] = 4 << 4 | kIpv4Header / 4;
  header[1] = kInternetworkControl;
  put16(header, 2, total_size);
  put16(header, 4, id);
  put16(header, 6, 0);
  header[8] = ttl;
  header[9] = protocol;
  put16(header, 10, 0);
  std::copy_n(source.bytes.begin(), 4, header.begin() + 12);
  std::copy_n(destination.bytes.begin(), 4, header.begin() + 16);
  put16(header, 10, internet_checksum(header));
}

std::optional<Datagram> read_ipv4(std::span<const uint8_t> packet) {
  if (packet.size() < kIpv4Header || packet[0] >> 4 != 4) return std::nullopt;
  const size_t header = (packet[0] & 15) * size_t{4};
  const size_t total = static_cast<size_t>(packet[2] << 8 | packet[3]);
  if (header < kIpv4Header || header > total || total > packet.size()) return std::nullopt;
  return Datagram{.source = Ip::from_bytes(packet.subspan(12, 4)),
                  .destination = Ip::from_bytes(packet.subspan(16, 4)),
                  .protocol = packet[9],
                  .ttl = packet[8],
                  .ip_header = packet.first(header),
                  .payload = packet.subspan(header, total - header)};
}

}  // namespace hawser::vrrp
