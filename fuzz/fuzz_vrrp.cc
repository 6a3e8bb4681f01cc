// SPDX-License-Identifier: MIT
// What arrives on the raw sockets of VRRP: the first byte says what the instance is like, the rest
// is the packet, over IPv4 with its header.
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "base/assert.h"
#include "vrrp/receive.h"

namespace {

using namespace hawser;
using namespace hawser::vrrp;

constexpr std::array<uint8_t, 8> kPassword = {'1', '1', '1', '1'};
constexpr int64_t kSecond = 1'000'000'000;

// The first byte, from its lowest bit.
struct Instance {
  explicit Instance(uint8_t bits)
      : is_ipv6((bits & 1) != 0),
        version((bits & 2) != 0 || is_ipv6 ? 3 : 2),
        auth(static_cast<VrrpAuth>((bits >> 2 & 3) % 3)),
        has_keys((bits & 16) != 0),
        is_unicast((bits & 32) != 0),
        is_master((bits & 64) != 0),
        is_pinned((bits & 128) != 0) {}
  bool is_ipv6;
  uint8_t version;
  VrrpAuth auth;
  bool has_keys, is_unicast, is_master, is_pinned;
};

Ip address(bool is_ipv6, uint8_t last) {
  const std::array<uint8_t, 16> v6 = {0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last};
  const std::array<uint8_t, 4> v4 = {10, 1, 10, last};
  return is_ipv6 ? Ip::from_bytes(v6) : Ip::from_bytes(v4);
}

// What is read is what is written again, but for the checksum and the reserved bits.
void check_round_trip(const Parsed& parsed, std::span<const uint8_t> bytes) {
  Advert advert = parsed.advert;
  if (advert.interval_cs == 0) return;
  std::array<uint8_t, kMaxAdvert> out;
  const size_t size = serialize(advert, out);
  HW_ASSERT(size == parsed.size && size + parsed.rest.size() == bytes.size());
  for (size_t at = 0; at < size; ++at) {
    const bool is_checksum = at == 6 || at == 7;
    const uint8_t mask = advert.version == 3 && at == 4 ? 0x0f : 0xff;
    HW_ASSERT(is_checksum || out[at] == (bytes[at] & mask));
  }
}

void check_parser(std::span<const uint8_t> bytes, int family) {
  const Parsed parsed = parse(bytes, family);
  if (parsed.error == ParseError::kNone) {
    check_round_trip(parsed, bytes);
  } else {
    HW_ASSERT(parsed.advert.addresses.empty() && parsed.rest.empty());
  }
}

// A refused packet has a reason in words; an accepted one leaves the election with a timer.
void check_reception(const Datagram& datagram, const Instance& instance) {
  static const std::optional<Hmac> ah = Hmac::make(Hmac::Digest::kMd5, kPassword);
  static const std::vector<VrrpHmacKey> key_list = {{.id = 1, .key = {1, 2, 3}, .active = true}};
  static const TrailerKeys keys(key_list, VrrpHmacMode::kPermissive);
  const Ip vip = address(instance.is_ipv6, 7);
  const AddressSet addresses({&vip, 1});
  const ReceiveSettings::Peer peer{.address = datagram.source, .min_ttl = 64};
  ReceiveSettings settings{.family = instance.is_ipv6 ? AF_INET6 : AF_INET,
                           .version = instance.version,
                           .vrid = 151,
                           .source = address(instance.is_ipv6, 5),
                           .auth = instance.version == 2 ? instance.auth : VrrpAuth::kNone,
                           .password = kPassword,
                           .ah = &*ah,
                           .trailer = instance.has_keys ? &keys : nullptr,
                           .addresses = &addresses};
  if (instance.is_unicast) settings.peers = {&peer, 1};
  if (instance.is_pinned) settings.checksum = VrrpChecksum::kRfc9568;

  Election election({.version = instance.version, .address = settings.source},
                    instance.is_master ? 255 : 100);
  election.start(kSecond);
  const ElectionState before = election.state();
  const Received received =
      receive(datagram, settings, election.role(), before.sequences, 1'700'000'000 * kSecond);
  if (received.kind == Received::Kind::kRejected) {
    HW_ASSERT(received.rejected && !describe(*received.rejected).empty());
    return;
  }
  if (received.kind != Received::Kind::kAccepted) return;
  HW_ASSERT(received.advert.address_count() != 0 && received.advert.vrid == settings.vrid);
  HW_ASSERT(addresses.difference(received.advert).empty() == !received.addresses_differ);
  election.heard(received.heard(), 2 * kSecond);
  HW_ASSERT(election.timer_ns() != kNever);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const Instance instance(data[0]);
  const std::span<const uint8_t> packet(data + 1, size - 1);
  if (instance.is_ipv6) {
    check_parser(packet, AF_INET6);
    const std::array<uint8_t, 16> group = {0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12};
    check_reception({.source = address(true, 6),
                     .destination = instance.is_unicast ? address(true, 5) : Ip::from_bytes(group),
                     .protocol = kVrrpProtocol,
                     .ttl = 255,
                     .ip_header = {},
                     .payload = packet},
                    instance);
    return 0;
  }
  const auto datagram = read_ipv4(packet);
  if (!datagram) return 0;
  check_parser(advert_bytes(*datagram), AF_INET);
  check_reception(*datagram, instance);
  return 0;
}
