// SPDX-License-Identifier: MIT
#include "vrrp/advert_writer.h"

#include "base/testing.h"
#include "vrrp/address_set.h"
#include "vrrp/testing.h"

namespace hawser::vrrp {
namespace {

constexpr std::array<uint8_t, 8> kPassword = {'1', '1', '1', '1'};

WriterSettings settings(const AddressSet& addresses) {
  return {.version = 2,
          .vrid = 151,
          .interval_cs = 100,
          .source = ip("10.1.10.6"),
          .destination = ip("224.0.0.18"),
          .addresses = addresses.wire()};
}

AddressSet one_vip() {
  const Ip vip = ip("10.1.10.7");
  return AddressSet({&vip, 1});
}

std::vector<uint8_t> joined(std::string_view a, std::string_view b, std::string_view c = "") {
  auto bytes = hex(a);
  for (const auto part : {b, c}) {
    const auto more = hex(part);
    bytes.insert(bytes.end(), more.begin(), more.end());
  }
  return bytes;
}

std::vector<uint8_t> written(AdvertWriter& writer, uint8_t priority, AuthSequences& sequences) {
  const auto bytes = writer.write(priority, sequences, 0);
  return {bytes.begin(), bytes.end()};
}

TEST_CASE("the first packet is keepalived's, byte for byte, and so is the last", "[vrrp]") {
  const AddressSet vips = one_vip();
  WriterSettings with_pass = settings(vips);
  with_pass.auth = VrrpAuth::kPass;
  with_pass.password = kPassword;
  AdvertWriter writer(with_pass);
  AuthSequences sequences;
  CHECK(written(writer, 100, sequences) == joined(kGoldenIpHeader, kGoldenPass));
  const auto stop = written(writer, 0, sequences);
  CHECK(std::vector(stop.begin() + 20, stop.end()) == hex(kGoldenStop));
  CHECK(stop[5] == 2);  // the identification
}

TEST_CASE("a packet with AH takes the next number each time", "[vrrp]") {
  const AddressSet vips = one_vip();
  const auto key = Hmac::make(Hmac::Digest::kMd5, kPassword);
  WriterSettings with_ah = settings(vips);
  with_ah.auth = VrrpAuth::kAh;
  with_ah.ah = &*key;
  AdvertWriter writer(with_ah);
  AuthSequences sequences;
  CHECK(written(writer, 100, sequences) ==
        joined("45c00040 00010000 ff33c6b0 0a010a06 e0000012", kGoldenAh, kGoldenAhAdvert));
  const auto next = writer.write(100, sequences, 0);
  CHECK(next[31] == 2);
  CHECK(verify_ah(*read_ipv4(next), *key, {}).fault == AhFault::kNone);
}

TEST_CASE("the form of the checksum follows the peers", "[vrrp]") {
  const AddressSet vips = one_vip();
  WriterSettings v3 = settings(vips);
  v3.version = 3;
  v3.form = ChecksumForm::kPseudoHeader;
  AdvertWriter writer(v3);
  AuthSequences sequences;
  auto packet = written(writer, 100, sequences);
  CHECK(std::vector(packet.begin() + 20, packet.end()) == hex(kGoldenV3Pseudo));
  writer.set_form(ChecksumForm::kPlain);
  packet = written(writer, 100, sequences);
  CHECK(std::vector(packet.begin() + 20, packet.end()) == hex(kGoldenV3Plain));
}

TEST_CASE("over IPv6 there is no header, and the checksum covers the trailer", "[vrrp]") {
  const std::array vips = {ip("fe80::7"), ip("2001:db8::7")};
  const AddressSet set(vips);
  WriterSettings v6 = settings(set);
  v6.version = 3;
  v6.source = ip("fe80::6");
  v6.destination = ip("ff02::12");
  v6.form = ChecksumForm::kPseudoHeader;
  AuthSequences sequences;
  AdvertWriter writer(v6);
  CHECK(written(writer, 100, sequences) == hex(kGoldenV3Ip6));

  const std::vector<VrrpHmacKey> keys = {{.id = 1, .key = hex("00112233"), .active = true}};
  const TrailerKeys ring(keys, VrrpHmacMode::kEnforce);
  v6.trailer = &ring;
  AdvertWriter signing(v6);
  for (const uint8_t priority : std::array<uint8_t, 3>{100, 0, 255}) {
    const auto packet = signing.write(priority, sequences, kSecond);
    REQUIRE(packet.size() == 40 + kTrailer);
    CHECK(verify_checksum(packet, VrrpChecksum::kAuto, v6.source, v6.destination));
    CHECK(ring.verify(packet.first(40), packet.last(kTrailer), v6.source, kSecond, 0, {}).fault ==
          TrailerFault::kNone);
  }
}

TEST_CASE("receive-only adds no trailer", "[vrrp]") {
  const std::vector<VrrpHmacKey> keys = {{.id = 1, .key = hex("00112233"), .active = true}};
  const TrailerKeys ring(keys, VrrpHmacMode::kReceiveOnly);
  const AddressSet vips = one_vip();
  WriterSettings v3 = settings(vips);
  v3.version = 3;
  v3.trailer = &ring;
  AdvertWriter writer(v3);
  AuthSequences sequences;
  CHECK(writer.write(100, sequences, 0).size() == 20 + 12);
}

}  // namespace
}  // namespace hawser::vrrp
