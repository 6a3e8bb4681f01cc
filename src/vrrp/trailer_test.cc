// SPDX-License-Identifier: MIT
#include "vrrp/trailer.h"

#include "base/testing.h"
#include "vrrp/testing.h"

namespace hawser::vrrp {
namespace {

constexpr uint64_t kStamp = 0x65a1b2c3'8000'0001;  // half a second after 1705095875
constexpr int64_t kUnixNs = 1'705'095'875 * kSecond + 500 * kMs;

std::vector<uint8_t> long_key() {
  std::vector<uint8_t> key(32);
  for (size_t i = 0; i < key.size(); ++i) key[i] = static_cast<uint8_t>(i);
  return key;
}

VrrpHmacKey key(uint8_t id, std::vector<uint8_t> bytes, bool active) {
  return {.id = id, .key = std::move(bytes), .active = active};
}

const std::vector<VrrpHmacKey> kKeys = {key(0, long_key(), false), key(1, long_key(), true),
                                        key(7, hex("736563726574"), false)};
const TrailerKeys kRing(kKeys, VrrpHmacMode::kEnforce);

std::vector<uint8_t> signed_by(const TrailerKeys& ring, std::string_view advert, const Ip& source,
                               uint64_t stamp = kStamp) {
  auto packet = hex(advert);
  packet.resize(packet.size() + kTrailer);
  ring.sign(packet, source, stamp);
  return packet;
}

TrailerVerdict verify(const std::vector<uint8_t>& packet, const Ip& source,
                      int64_t unix_ns = kUnixNs, const HmacSequence& sequence = {},
                      const TrailerKeys& ring = kRing) {
  const auto all = std::span(packet);
  return ring.verify(all.first(all.size() - kTrailer), all.last(kTrailer), source, unix_ns,
                     trailer_window_ns(kSecond), sequence);
}

// Computed with Python, from the description of the format:
//   prefix = bytes([1, id, 0, 0]) + stamp.to_bytes(8, "big")
//   pseudo = bytes([4 or 6, pdu[0] >> 4, pdu[1], 0]) + source.packed.ljust(16, b"\0")
//   prefix + hmac.new(key, pseudo + pdu[:6] + b"\0\0" + pdu[8:] + prefix + bytes(16),
//                     hashlib.sha256).digest()[:16]
// with the key bytes(range(32)), and "secret" for the last.
TEST_CASE("the trailer is what an independent implementation makes of it", "[vrrp]") {
  const std::vector<VrrpHmacKey> secret = {key(7, hex("736563726574"), true)};
  const TrailerKeys other(secret, VrrpHmacMode::kEnforce);
  const auto trailer = [](const std::vector<uint8_t>& packet) {
    return std::vector(packet.end() - kTrailer, packet.end());
  };
  CHECK(trailer(signed_by(kRing, kGoldenV3Pseudo, ip("10.1.10.6"))) ==
        hex("01010000 65a1b2c3 80000001 af0de927 77152e51 ecde22bc c9a8ae47"));
  CHECK(trailer(signed_by(kRing, kGoldenV3Ip6, ip("fe80::6"))) ==
        hex("01010000 65a1b2c3 80000001 3f4197b0 e409cd8f 31b6c577 5e701af4"));
  CHECK(trailer(signed_by(other, kGoldenV3Pseudo, ip("10.1.10.6"))) ==
        hex("01070000 65a1b2c3 80000001 f4bba866 aadb0ff9 4856611d 6d84f521"));
}

TEST_CASE("every byte but the checksum is signed", "[vrrp]") {
  const auto packet = signed_by(kRing, kGoldenV3Pseudo, ip("10.1.10.6"));
  CHECK(verify(packet, ip("10.1.10.6")).fault == TrailerFault::kNone);
  CHECK(verify(packet, ip("10.1.10.6")).stamp == kStamp);
  CHECK(verify(packet, ip("10.1.10.5")).fault == TrailerFault::kTag);
  for (size_t at = 0; at < packet.size(); ++at) {
    auto altered = packet;
    altered[at] ^= 1;
    INFO("byte " << at);
    const bool is_checksum = at == 6 || at == 7;
    CHECK((verify(altered, ip("10.1.10.6")).fault == TrailerFault::kNone) == is_checksum);
  }
}

TEST_CASE("a trailer names its key", "[vrrp]") {
  const std::vector<VrrpHmacKey> ours = {key(2, long_key(), true)};
  const auto packet =
      signed_by(TrailerKeys(ours, VrrpHmacMode::kEnforce), kGoldenV3Pseudo, ip("10.1.10.6"));
  const auto verdict = verify(packet, ip("10.1.10.6"));
  CHECK(verdict.fault == TrailerFault::kUnknownKey);
  CHECK(verdict.key_id == 2);

  // While a key is exchanged, what the next one signs is valid before it is active here.
  const std::vector<VrrpHmacKey> next = {key(7, hex("736563726574"), true)};
  const auto early =
      signed_by(TrailerKeys(next, VrrpHmacMode::kEnforce), kGoldenV3Pseudo, ip("10.1.10.6"));
  CHECK(verify(early, ip("10.1.10.6")).fault == TrailerFault::kNone);
}

TEST_CASE("a trailer of another form is not looked at further", "[vrrp]") {
  for (const size_t at : {12, 14, 15}) {
    auto packet = signed_by(kRing, kGoldenV3Pseudo, ip("10.1.10.6"));
    packet[at] ^= 2;
    CHECK(verify(packet, ip("10.1.10.6")).fault == TrailerFault::kFormat);
  }
}

TEST_CASE("a stamp may be off by the window, in both directions", "[vrrp]") {
  const auto packet = signed_by(kRing, kGoldenV3Pseudo, ip("10.1.10.6"));
  CHECK(trailer_window_ns(kSecond) == 5 * kSecond);
  CHECK(trailer_window_ns(3 * kSecond) == 9 * kSecond);
  const auto fault_at = [&](int64_t off_ns) {
    return verify(packet, ip("10.1.10.6"), kUnixNs + off_ns).fault;
  };
  CHECK(fault_at(5 * kSecond) == TrailerFault::kNone);
  CHECK(fault_at(5 * kSecond + kMs) == TrailerFault::kStale);
  CHECK(fault_at(-5 * kSecond) == TrailerFault::kNone);
  CHECK(fault_at(-5 * kSecond - kMs) == TrailerFault::kStale);

  const auto all = std::span(packet);
  CHECK(kRing.verify(all.first(12), all.last(kTrailer), ip("10.1.10.6"), 0, 0, {}).fault ==
        TrailerFault::kNone);
}

TEST_CASE("an advert is accepted once", "[vrrp]") {
  const auto packet = signed_by(kRing, kGoldenV3Pseudo, ip("10.1.10.6"));
  HmacSequence heard;
  heard.receive(ip("10.1.10.6"), kStamp);
  CHECK(verify(packet, ip("10.1.10.6"), kUnixNs, heard).fault == TrailerFault::kReplay);
  const auto next = signed_by(kRing, kGoldenV3Pseudo, ip("10.1.10.6"), kStamp + 1);
  CHECK(verify(next, ip("10.1.10.6"), kUnixNs, heard).fault == TrailerFault::kNone);
}

TEST_CASE("the mode says who signs and who must have signed", "[vrrp]") {
  const auto ring = [](VrrpHmacMode mode) { return TrailerKeys(kKeys, mode); };
  CHECK(ring(VrrpHmacMode::kEnforce).signs());
  CHECK(ring(VrrpHmacMode::kEnforce).requires_trailer());
  CHECK(ring(VrrpHmacMode::kPermissive).signs());
  CHECK_FALSE(ring(VrrpHmacMode::kPermissive).requires_trailer());
  CHECK_FALSE(ring(VrrpHmacMode::kReceiveOnly).signs());
  CHECK_FALSE(ring(VrrpHmacMode::kReceiveOnly).requires_trailer());
}

}  // namespace
}  // namespace hawser::vrrp
