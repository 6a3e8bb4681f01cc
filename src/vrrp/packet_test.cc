// SPDX-License-Identifier: MIT
#include "vrrp/packet.h"

#include "base/testing.h"
#include "vrrp/checksum.h"
#include "vrrp/testing.h"

namespace hawser::vrrp {
namespace {

constexpr std::array<uint8_t, 4> kVip = {10, 1, 10, 7};
constexpr std::array<uint8_t, 8> kPassword = {'1', '1', '1', '1'};

Advert v2(uint8_t priority, uint8_t auth_type) {
  Advert advert{.vrid = 151, .priority = priority, .interval_cs = 100, .addresses = kVip};
  advert.auth_type = auth_type;
  if (auth_type == kAuthTypePass) advert.auth_data = kPassword;
  return advert;
}

Advert v3() {
  return {.version = 3, .vrid = 151, .priority = 100, .interval_cs = 100, .addresses = kVip};
}

std::vector<uint8_t> bytes_of(const Advert& advert, ChecksumForm form, const char* source,
                              const char* destination) {
  std::vector<uint8_t> out(kMaxAdvert);
  out.resize(serialize(advert, out));
  const uint16_t sum = advert_checksum(out, form, ip(source), ip(destination));
  out[6] = static_cast<uint8_t>(sum >> 8);
  out[7] = static_cast<uint8_t>(sum);
  return out;
}

TEST_CASE("adverts are what keepalived sends, byte for byte", "[vrrp]") {
  const auto plain = [](const Advert& advert) {
    return bytes_of(advert, ChecksumForm::kPlain, "10.1.10.6", "224.0.0.18");
  };
  CHECK(plain(v2(100, kAuthTypePass)) == hex(kGoldenPass));
  CHECK(plain(v2(100, kAuthTypeNone)) == hex(kGoldenNone));
  CHECK(plain(v2(0, kAuthTypePass)) == hex(kGoldenStop));
  CHECK(plain(v2(100, kAuthTypeAh)) == hex(kGoldenAhAdvert));
  CHECK(plain(v3()) == hex(kGoldenV3Plain));
  CHECK(bytes_of(v3(), ChecksumForm::kPseudoHeader, "10.1.10.6", "224.0.0.18") ==
        hex(kGoldenV3Pseudo));
}

TEST_CASE("an advert over IPv6 has addresses of 16 bytes", "[vrrp]") {
  const auto vips = hex("fe80000000000000 0000000000000007 20010db800000000 0000000000000007");
  Advert advert = v3();
  advert.addresses = vips;
  advert.address_size = 16;
  CHECK(bytes_of(advert, ChecksumForm::kPseudoHeader, "fe80::6", "ff02::12") == hex(kGoldenV3Ip6));
}

TEST_CASE("a received advert is read field by field", "[vrrp]") {
  const auto packet = hex(kGoldenPass);
  const Parsed parsed = parse(packet, AF_INET);
  REQUIRE(parsed.error == ParseError::kNone);
  CHECK(parsed.advert.version == 2);
  CHECK(parsed.advert.type == kTypeAdvertisement);
  CHECK(parsed.advert.vrid == 151);
  CHECK(parsed.advert.priority == 100);
  CHECK(parsed.advert.interval_cs == 100);
  CHECK(parsed.advert.checksum == 0x02fc);
  CHECK(parsed.advert.auth_type == kAuthTypePass);
  CHECK(parsed.advert.auth_data == kPassword);
  REQUIRE(parsed.advert.address_count() == 1);
  CHECK(parsed.advert.address(0) == ip("10.1.10.7"));
  CHECK(parsed.advert.addresses.data() == packet.data() + 8);
  CHECK(parsed.size == packet.size());
  CHECK(parsed.rest.empty());
}

TEST_CASE("VRRPv3 intervals have 12 bits, and the 4 above them mean nothing", "[vrrp]") {
  const Parsed parsed = parse(hex("31976401 ffff0000 0a010a07"), AF_INET);
  CHECK(parsed.advert.interval_cs == 4095);
  CHECK(parse(hex("31976401 f0010000 0a010a07"), AF_INET).advert.interval_cs == 1);
}

TEST_CASE("an address list of IPv6 is read address by address", "[vrrp]") {
  const auto packet = hex(kGoldenV3Ip6);  // which the parsed advert is a view of
  const Parsed parsed = parse(packet, AF_INET6);
  REQUIRE(parsed.error == ParseError::kNone);
  REQUIRE(parsed.advert.address_count() == 2);
  CHECK(parsed.advert.address(0) == ip("fe80::7"));
  CHECK(parsed.advert.address(1) == ip("2001:db8::7"));
}

TEST_CASE("an advert is as long as its fields say", "[vrrp]") {
  struct {
    const char* packet;
    int family;
    ParseError error;
    size_t size;
  } const rows[] = {
      {"", AF_INET, ParseError::kTooShort, 8},
      {"21976401 010102", AF_INET, ParseError::kTooShort, 8},
      {"21976401 010102fc", AF_INET, ParseError::kTruncated, 20},
      {"21976401 010102fc 0a010a07 31313131 000000", AF_INET, ParseError::kTruncated, 20},
      {"21976402 010102fc 0a010a07 31313131 00000000", AF_INET, ParseError::kTruncated, 24},
      {"31976401 00646165 0a010a", AF_INET, ParseError::kTruncated, 12},
      {"319764ff 00646165 0a010a07", AF_INET, ParseError::kTruncated, 8 + 4 * 255},
      {"31976401 00646165 0a010a07", AF_INET6, ParseError::kTruncated, 24},
      {"31976400 00646165", AF_INET, ParseError::kNoAddresses, 8},
      {"21976400 00646165 00000000 00000000", AF_INET, ParseError::kNoAddresses, 16},
      {"11976401 00646165 0a010a07", AF_INET, ParseError::kVersion, 0},
      {"41976401 00646165 0a010a07", AF_INET, ParseError::kVersion, 0},
      {"21976401 010102fc 0a010a07 31313131 00000000", AF_INET6, ParseError::kVersion, 0},
  };
  for (const auto& row : rows) {
    INFO(row.packet);
    const auto packet = hex(row.packet);
    const Parsed parsed = parse(packet, row.family);
    CHECK(parsed.error == row.error);
    CHECK(parsed.size == row.size);
    CHECK(parsed.advert.addresses.empty());
  }
}

TEST_CASE("what follows an advert is left to the caller", "[vrrp]") {
  const auto packet = hex("31976401 00646165 0a010a07 0102030405");
  const Parsed parsed = parse(packet, AF_INET);
  REQUIRE(parsed.error == ParseError::kNone);
  CHECK(parsed.size == 12);
  CHECK(parsed.rest.size() == 5);
  CHECK(parsed.rest.data() == packet.data() + 12);
}

TEST_CASE("what was written is read again", "[vrrp]") {
  std::array<uint8_t, kMaxAddresses * 4> many{};
  for (size_t i = 0; i < many.size(); ++i) many[i] = static_cast<uint8_t>(i * 7);
  for (const size_t count : {size_t{1}, size_t{2}, kMaxAddresses}) {
    Advert advert = v2(7, kAuthTypePass);
    advert.interval_cs = 25'500;
    advert.addresses = std::span(many).first(count * 4);
    std::array<uint8_t, kMaxAdvert> out;
    const size_t size = serialize(advert, out);
    REQUIRE(size == 16 + 4 * count);
    const Parsed parsed = parse(std::span(out).first(size), AF_INET);
    REQUIRE(parsed.error == ParseError::kNone);
    CHECK(parsed.advert.interval_cs == 25'500);
    CHECK(std::equal(advert.addresses.begin(), advert.addresses.end(),
                     parsed.advert.addresses.begin(), parsed.advert.addresses.end()));
    CHECK(serialize(advert, std::span(out).first(size - 1)) == 0);
  }
}

TEST_CASE("the MTU limits how many addresses are advertised", "[vrrp]") {
  CHECK(max_addresses(2, 4, 1500, 20) == 255);
  CHECK(max_addresses(2, 4, 1500, 44) == 255);
  CHECK(max_addresses(3, 16, 1500, 40) == 90);
  CHECK(max_addresses(3, 16, 1500, 40 + 28) == 89);
  CHECK(max_addresses(3, 16, 40, 40) == 0);
}

}  // namespace
}  // namespace hawser::vrrp
