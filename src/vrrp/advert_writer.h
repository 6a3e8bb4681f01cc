// SPDX-License-Identifier: MIT
// The packets that an instance sends on one path: IPv4 header, AH, advert, trailer. Made once;
// each advert changes only what differs from the last.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "vrrp/auth.h"
#include "vrrp/checksum.h"
#include "vrrp/ipv4.h"
#include "vrrp/packet.h"
#include "vrrp/trailer.h"

namespace hawser::vrrp {

struct WriterSettings {
  uint8_t version = 2;
  uint8_t vrid = 0;
  uint16_t interval_cs = 100;
  Ip source = {}, destination = {};         // their family is that of the packets
  uint8_t ttl = kVrrpTtl;                   // IPv4 only; over IPv6 the socket sets it
  std::span<const uint8_t> addresses = {};  // AddressSet::wire()
  VrrpAuth auth = VrrpAuth::kNone;
  std::array<uint8_t, 8> password{};
  const Hmac* ah = nullptr;              // of `auth ah`; outlives the writer
  const TrailerKeys* trailer = nullptr;  // of `auth hmac`; outlives the writer
  ChecksumForm form = ChecksumForm::kPlain;
};

class AdvertWriter {
 public:
  explicit AdvertWriter(const WriterSettings& settings);

  // The next packet: over IPv4 with its IP header, for a socket with IP_HDRINCL; over IPv6 without,
  // and with the checksum that the kernel would write as well. Takes a number of `sequences` where
  // the authentication has one. Valid until the next call.
  std::span<const uint8_t> write(uint8_t priority, AuthSequences& sequences, int64_t unix_ns);

  // For the form of the peers that were heard (`checksum auto`).
  void set_form(ChecksumForm form);
  ChecksumForm form() const { return settings_.form; }
  uint8_t protocol() const { return settings_.auth == VrrpAuth::kAh ? kAhProtocol : kVrrpProtocol; }

 private:
  bool is_ipv4() const { return settings_.source.size == 4; }
  std::span<uint8_t> advert() { return std::span(packet_).subspan(advert_at_, advert_size_); }
  void sum_up();
  WriterSettings settings_;
  std::vector<uint8_t> packet_;
  size_t advert_at_ = 0, advert_size_ = 0;
  PacketId id_;
};

}  // namespace hawser::vrrp
