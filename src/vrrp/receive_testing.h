// SPDX-License-Identifier: MIT
// For tests of receive(): a router and its neighbour, who sends to it.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "vrrp/advert_writer.h"
#include "vrrp/receive.h"
#include "vrrp/testing.h"

namespace hawser::vrrp {

inline constexpr std::array<uint8_t, 8> kPassword = {'1', '1', '1', '1'};
inline const Ip kPeer = ip("10.1.10.6"), kSelf = ip("10.1.10.5"), kGroup = ip("224.0.0.18");

inline std::vector<VrrpHmacKey> hmac_keys(uint8_t id, std::string_view bytes) {
  return {{.id = id, .key = hex(bytes), .active = true}};
}

// A router at 10.1.10.5, and its neighbour at 10.1.10.6 who sends to it. A test changes one of
// them.
struct Lan {
  std::vector<Ip> vips = {ip("10.1.10.7")}, our_vips = vips;
  std::vector<ReceiveSettings::Peer> peers;
  AddressSet sent, expected;
  std::optional<Hmac> ah = Hmac::make(Hmac::Digest::kMd5, kPassword);
  TrailerKeys keys{hmac_keys(1, "0011"), VrrpHmacMode::kEnforce};
  TrailerKeys other_key{hmac_keys(1, "0012"), VrrpHmacMode::kEnforce};
  TrailerKeys other_id{hmac_keys(2, "0011"), VrrpHmacMode::kEnforce};
  TrailerKeys permissive{hmac_keys(1, "0011"), VrrpHmacMode::kPermissive};
  WriterSettings writer{.vrid = 151, .source = kPeer, .destination = kGroup};
  ReceiveSettings ours{.vrid = 151, .source = kSelf};
  AuthSequences sender, heard;
  VrrpState role = VrrpState::kBackup;
  uint8_t priority = 100;
  int64_t unix_ns = 1'000 * kSecond;
  std::function<void(std::vector<uint8_t>&)> alter = [](auto&) {};
  std::vector<uint8_t> packet;

  void version3() {
    writer.version = ours.version = 3;
    writer.form = ChecksumForm::kPseudoHeader;
  }
  void pass() {
    writer.auth = ours.auth = VrrpAuth::kPass;
    writer.password = ours.password = kPassword;
  }
  void with_ah() {
    writer.auth = ours.auth = VrrpAuth::kAh;
    writer.ah = ours.ah = &*ah;
  }
  void with_hmac() {
    version3();
    writer.trailer = ours.trailer = &keys;
  }
  void unicast(uint8_t min_ttl) {
    writer.destination = kSelf;
    peers = {{.address = kPeer, .min_ttl = min_ttl}};
  }
  // Recomputes the IP header's and the advert's checksum after a change, as a sender would.
  void seal() {
    const size_t header = packet[9] == kAhProtocol ? 44 : 20;
    const auto advert = std::span(packet).subspan(header);
    const uint16_t sum = advert_checksum(advert, writer.form, kPeer, writer.destination);
    advert[6] = static_cast<uint8_t>(sum >> 8);
    advert[7] = static_cast<uint8_t>(sum);
  }

  Received run() {
    sent = AddressSet(vips);
    expected = AddressSet(our_vips);
    writer.addresses = sent.wire();
    AdvertWriter advert_writer(writer);
    const auto bytes = advert_writer.write(priority, sender, unix_ns);
    packet.assign(bytes.begin(), bytes.end());
    alter(packet);
    ours.peers = peers;
    ours.addresses = &expected;
    return receive(*read_ipv4(packet), ours, role, heard, unix_ns);
  }
};

// The packet ends earlier or later than it did, and its IP header says so.
inline void put_length(std::vector<uint8_t>& packet, size_t size) {
  packet.resize(size);
  packet[2] = static_cast<uint8_t>(size >> 8);
  packet[3] = static_cast<uint8_t>(size);
}

}  // namespace hawser::vrrp
