// SPDX-License-Identifier: MIT
#include "vrrp/checksum.h"

#include "base/testing.h"
#include "vrrp/packet.h"
#include "vrrp/testing.h"

namespace hawser::vrrp {
namespace {

const Ip kSource = ip("10.1.10.6"), kGroup = ip("224.0.0.18");

std::optional<ChecksumForm> verify(std::string_view packet, VrrpChecksum setting) {
  return verify_checksum(hex(packet), setting, kSource, kGroup);
}

TEST_CASE("auto accepts both forms of VRRPv3 over IPv4 and says which it was", "[vrrp]") {
  CHECK(verify(kGoldenV3Pseudo, VrrpChecksum::kAuto) == ChecksumForm::kPseudoHeader);
  CHECK(verify(kGoldenV3Plain, VrrpChecksum::kAuto) == ChecksumForm::kPlain);
  CHECK(verify("31976401 00646164 0a010a07", VrrpChecksum::kAuto) == std::nullopt);
}

TEST_CASE("a pinned form is the only one", "[vrrp]") {
  CHECK(verify(kGoldenV3Pseudo, VrrpChecksum::kPseudoHeader) == ChecksumForm::kPseudoHeader);
  CHECK(verify(kGoldenV3Plain, VrrpChecksum::kPseudoHeader) == std::nullopt);
  CHECK(verify(kGoldenV3Plain, VrrpChecksum::kRfc9568) == ChecksumForm::kPlain);
  CHECK(verify(kGoldenV3Pseudo, VrrpChecksum::kRfc9568) == std::nullopt);
}

TEST_CASE("VRRPv2 is summed without pseudo-header, with its password", "[vrrp]") {
  for (const auto setting :
       {VrrpChecksum::kAuto, VrrpChecksum::kPseudoHeader, VrrpChecksum::kRfc9568}) {
    CHECK(verify(kGoldenPass, setting) == ChecksumForm::kPlain);
    CHECK(verify(kGoldenNone, setting) == ChecksumForm::kPlain);
  }
  CHECK(verify("21976401 010102fc 0a010a07 31313132 00000000", VrrpChecksum::kAuto) ==
        std::nullopt);
}

TEST_CASE("IPv6 always has its pseudo-header", "[vrrp]") {
  const auto packet = hex(kGoldenV3Ip6);
  for (const auto setting :
       {VrrpChecksum::kAuto, VrrpChecksum::kPseudoHeader, VrrpChecksum::kRfc9568}) {
    CHECK(verify_checksum(packet, setting, ip("fe80::6"), ip("ff02::12")) ==
          ChecksumForm::kPseudoHeader);
    CHECK(verify_checksum(packet, setting, ip("fe80::5"), ip("ff02::12")) == std::nullopt);
  }
}

TEST_CASE("unicast of an old keepalived is summed as if it were multicast", "[vrrp]") {
  const auto packet = hex(kGoldenV3Pseudo);
  const Ip peer = ip("10.1.10.5");
  CHECK(verify_checksum(packet, VrrpChecksum::kAuto, kSource, peer) == ChecksumForm::kPseudoGroup);
  CHECK(verify_checksum(packet, VrrpChecksum::kPseudoHeader, kSource, peer) == std::nullopt);
}

TEST_CASE("before a peer is heard, the form of keepalived is sent", "[vrrp]") {
  CHECK(first_form(2, AF_INET, VrrpChecksum::kAuto) == ChecksumForm::kPlain);
  CHECK(first_form(3, AF_INET, VrrpChecksum::kAuto) == ChecksumForm::kPseudoHeader);
  CHECK(first_form(3, AF_INET, VrrpChecksum::kRfc9568) == ChecksumForm::kPlain);
  CHECK(first_form(3, AF_INET6, VrrpChecksum::kRfc9568) == ChecksumForm::kPseudoHeader);
}

TEST_CASE("an odd last byte counts as the upper half of a word", "[vrrp]") {
  CHECK(internet_checksum(hex("0102 03")) == internet_checksum(hex("0102 0300")));
  CHECK(internet_checksum(hex("0001f203f4f5f6f7")) == 0x220d);  // the example of RFC 1071
}

TEST_CASE("a change of priority leaves the checksum that a new sum would give", "[vrrp]") {
  for (const auto text : {kGoldenPass, kGoldenNone, kGoldenV3Plain, kGoldenV3Pseudo}) {
    const auto original = hex(text);
    const auto form = verify_checksum(original, VrrpChecksum::kAuto, kSource, kGroup);
    REQUIRE(form);
    auto packet = original;
    for (int priority = 0; priority < 256; ++priority) {
      change_priority(packet, static_cast<uint8_t>(priority));
      const uint16_t now = static_cast<uint16_t>(packet[6] << 8 | packet[7]);
      REQUIRE(now == advert_checksum(packet, *form, kSource, kGroup));
    }
    change_priority(packet, 100);
    CHECK(packet == original);
  }
  auto stop = hex(kGoldenPass);
  change_priority(stop, 0);
  CHECK(stop == hex(kGoldenStop));
}

TEST_CASE("the update is right where RFC 1141 was wrong", "[vrrp]") {
  CHECK(update_checksum(0xdd2f, 0x5555, 0x3285) == 0x0000);  // the example of RFC 1624
}

}  // namespace
}  // namespace hawser::vrrp
