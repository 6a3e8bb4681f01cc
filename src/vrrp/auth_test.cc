// SPDX-License-Identifier: MIT
#include "vrrp/auth.h"

#include "base/testing.h"
#include "vrrp/packet.h"
#include "vrrp/testing.h"

namespace hawser::vrrp {
namespace {

constexpr std::array<uint8_t, 8> kPassword = {'1', '1', '1', '1'};

Hmac md5(std::span<const uint8_t> key) { return *Hmac::make(Hmac::Digest::kMd5, key); }

std::vector<uint8_t> ah_packet(const char* destination, uint32_t sequence) {
  const auto advert = hex(kGoldenAhAdvert);
  std::vector<uint8_t> packet(kIpv4Header + kAhHeader);
  packet.insert(packet.end(), advert.begin(), advert.end());
  put_ipv4_header(packet, packet.size(), 1, kAhProtocol, kVrrpTtl, ip("10.1.10.6"),
                  ip(destination));
  put_ah(packet, sequence, md5(kPassword));
  return packet;
}

TEST_CASE("the keyed hashes are those of RFC 2202 and RFC 4231", "[vrrp]") {
  const auto data = hex("7768617420646f2079612077616e7420666f72206e6f7468696e673f");
  const auto key = hex("4a656665");  // "Jefe", "what do ya want for nothing?"
  std::array<uint8_t, 16> hash;
  const Hmac md5_hmac = md5(key);
  // Twice: the key is prepared once.
  for (int i = 0; i < 2; ++i) {
    md5_hmac.compute({std::span(data).first(5), std::span(data).subspan(5)}, hash);
    CHECK(std::vector(hash.begin(), hash.end()) == hex("750c783e6ab0b503eaa86e310a5db738"));
  }
  const auto sha256 = Hmac::make(Hmac::Digest::kSha256, key);
  REQUIRE(sha256);
  for (int i = 0; i < 2; ++i) {
    sha256->compute({data}, hash);
    CHECK(std::vector(hash.begin(), hash.end()) == hex("5bdcc146bf60754e6a042426089575c7"));
  }
}

TEST_CASE("the authentication header is keepalived's, byte for byte", "[vrrp]") {
  const auto packet = ah_packet("224.0.0.18", 1);
  CHECK(std::vector(packet.begin() + 20, packet.begin() + 44) == hex(kGoldenAh));
}

TEST_CASE("the TTL counts for multicast and not for unicast", "[vrrp]") {
  // Computed with Python's hmac: md5 over the header with bytes 1, 6, 7, 8, 10 and 11 zeroed, the
  // AH without its check value, and the advert.
  const auto packet = ah_packet("10.1.10.5", 5);
  CHECK(std::vector(packet.begin() + 32, packet.begin() + 44) == hex("b44b02c078660ee7cde31823"));
  const Hmac key = md5(kPassword);
  for (const char* destination : {"224.0.0.18", "10.1.10.5"}) {
    auto routed = ah_packet(destination, 1);
    routed[8] = 64;
    const bool is_unicast = routed[16] == 10;
    CHECK((verify_ah(*read_ipv4(routed), key, {}).fault == AhFault::kNone) == is_unicast);
  }
}

TEST_CASE("what routers may change is not covered, all else is", "[vrrp]") {
  const Hmac key = md5(kPassword);
  const auto packet = ah_packet("10.1.10.5", 1);
  for (const size_t at : {1, 6, 8, 10, 11}) {
    auto altered = packet;
    altered[at] ^= 1;
    INFO("byte " << at);
    CHECK(verify_ah(*read_ipv4(altered), key, {}).fault == AhFault::kNone);
  }
  for (size_t at = 20; at < packet.size(); ++at) {
    auto altered = packet;
    altered[at] ^= 1;
    INFO("byte " << at);
    CHECK(verify_ah(*read_ipv4(altered), key, {}).fault != AhFault::kNone);
  }
  for (const size_t at : {4, 5, 12, 15, 16, 19}) {
    auto altered = packet;
    altered[at] ^= 1;
    INFO("byte " << at);
    CHECK(verify_ah(*read_ipv4(altered), key, {}).fault == AhFault::kIcv);
  }
}

TEST_CASE("an authentication header is refused for its form, check value, SPI and number",
          "[vrrp]") {
  const Hmac key = md5(kPassword);
  const Hmac other = md5(hex("3232323200000000"));
  const auto packet = ah_packet("224.0.0.18", 7);
  AhSequence heard;
  CHECK(verify_ah(*read_ipv4(packet), key, heard).fault == AhFault::kNone);
  CHECK(verify_ah(*read_ipv4(packet), key, heard).sequence == 7);
  CHECK(verify_ah(*read_ipv4(packet), other, heard).fault == AhFault::kIcv);
  heard.receive(7, false);
  CHECK(verify_ah(*read_ipv4(packet), key, heard).fault == AhFault::kReplay);

  auto short_one = std::vector(packet.begin(), packet.begin() + 43);
  short_one[3] = 43;
  CHECK(verify_ah(*read_ipv4(short_one), key, {}).fault == AhFault::kFormat);
  auto wrong_next = packet;
  wrong_next[20] = 50;
  CHECK(verify_ah(*read_ipv4(wrong_next), key, {}).fault == AhFault::kFormat);

  // Another SPI under a check value that is right.
  auto wrong_spi = packet;
  wrong_spi[24] = 11;
  auto zeroed = std::vector(wrong_spi.begin(), wrong_spi.begin() + 20);
  for (const size_t at : {1, 6, 7, 10, 11}) zeroed[at] = 0;
  const std::array<uint8_t, 12> no_icv{};
  key.compute(
      {zeroed, std::span(wrong_spi).subspan(20, 12), no_icv, std::span(wrong_spi).subspan(44)},
      std::span(wrong_spi).subspan(32, 12));
  CHECK(verify_ah(*read_ipv4(wrong_spi), key, {}).fault == AhFault::kSpi);
}

TEST_CASE("the IPv4 header is keepalived's, byte for byte", "[vrrp]") {
  std::array<uint8_t, 20> header;
  put_ipv4_header(header, 40, 1, kVrrpProtocol, 255, ip("10.1.10.6"), ip("224.0.0.18"));
  CHECK(std::vector(header.begin(), header.end()) == hex(kGoldenIpHeader));
}

TEST_CASE("the identification is never 0", "[vrrp]") {
  PacketId id;
  CHECK(id.next() == 1);
  for (int i = 2; i <= 65'535; ++i) REQUIRE(id.next() != 0);
  CHECK(id.next() == 1);
}

TEST_CASE("an IPv4 packet is read to its total length", "[vrrp]") {
  auto packet = hex(kGoldenIpHeader);
  const auto advert = hex(kGoldenPass);
  packet.insert(packet.end(), advert.begin(), advert.end());
  packet.resize(46);  // Ethernet's fill
  const auto datagram = read_ipv4(packet);
  REQUIRE(datagram);
  CHECK(datagram->source == ip("10.1.10.6"));
  CHECK(datagram->destination == ip("224.0.0.18"));
  CHECK(datagram->protocol == kVrrpProtocol);
  CHECK(datagram->ttl == 255);
  CHECK(datagram->ip_header.size() == 20);
  CHECK(datagram->payload.size() == 20);

  auto options = packet;
  options[0] = 0x46;
  CHECK(read_ipv4(options)->payload.size() == 16);
  CHECK_FALSE(read_ipv4(std::span(packet).first(39)));
  CHECK_FALSE(read_ipv4(std::span(packet).first(19)));
  for (const uint8_t first : std::array<uint8_t, 4>{0x65, 0x44, 0x40, 0x4f}) {
    auto wrong = packet;
    wrong[0] = first;
    INFO("first byte " << int{first});
    CHECK_FALSE(read_ipv4(wrong));
  }
  auto none = packet;
  none[3] = 19;
  CHECK_FALSE(read_ipv4(none));
}

TEST_CASE("secrets are equal in length and bytes", "[vrrp]") {
  CHECK(equal_secrets(kPassword, kPassword));
  CHECK_FALSE(equal_secrets(kPassword, std::span(kPassword).first(7)));
  CHECK_FALSE(equal_secrets(kPassword, hex("3131313100000001")));
}

}  // namespace
}  // namespace hawser::vrrp
