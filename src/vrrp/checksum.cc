// SPDX-License-Identifier: MIT
#include "vrrp/checksum.h"

#include "base/assert.h"
#include "vrrp/packet.h"

namespace hawser::vrrp {
namespace {

constexpr size_t kChecksumAt = 6;
constexpr uint8_t kGroup4[] = {224, 0, 0, 18};

// At most 4,108 bytes are summed, so that 32 bits never overflow.
uint32_t sum_of(std::span<const uint8_t> bytes) {
  uint32_t sum = 0;
  size_t i = 0;
  for (; i + 1 < bytes.size(); i += 2) sum += static_cast<uint32_t>(bytes[i] << 8 | bytes[i + 1]);
  if (i < bytes.size()) sum += static_cast<uint32_t>(bytes[i] << 8);
  return sum;
}

uint16_t fold(uint32_t sum) {
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(sum);
}

uint32_t pseudo_header(size_t length, const Ip& source, std::span<const uint8_t> destination) {
  return sum_of(source.span()) + sum_of(destination) + static_cast<uint32_t>(length) +
         kVrrpProtocol;
}

uint32_t around(size_t length, ChecksumForm form, const Ip& source, const Ip& destination) {
  switch (form) {
    case ChecksumForm::kPlain:
      return 0;
    case ChecksumForm::kPseudoHeader:
      return pseudo_header(length, source, destination.span());
    case ChecksumForm::kPseudoGroup:
      return pseudo_header(length, source, kGroup4);
  }
  HW_UNREACHABLE();
}

}  // namespace

const char* checksum_form_text(ChecksumForm form) {
  switch (form) {
    case ChecksumForm::kPlain:
      return "without pseudo-header (RFC 9568)";
    case ChecksumForm::kPseudoHeader:
      return "with pseudo-header (keepalived)";
    case ChecksumForm::kPseudoGroup:
      return "with the pseudo-header of 224.0.0.18 (keepalived up to 1.3.6)";
  }
  HW_UNREACHABLE();
}

uint16_t internet_checksum(std::span<const uint8_t> bytes) {
  return static_cast<uint16_t>(~fold(sum_of(bytes)));
}

uint16_t advert_checksum(std::span<const uint8_t> payload, ChecksumForm form, const Ip& source,
                         const Ip& destination) {
  HW_ASSERT(payload.size() >= kAdvertHeader);
  const uint32_t sum = sum_of(payload.first(kChecksumAt)) +
                       sum_of(payload.subspan(kChecksumAt + 2)) +
                       around(payload.size(), form, source, destination);
  return static_cast<uint16_t>(~fold(sum));
}

std::optional<ChecksumForm> verify_checksum(std::span<const uint8_t> payload, VrrpChecksum setting,
                                            const Ip& source, const Ip& destination) {
  HW_ASSERT(payload.size() >= kAdvertHeader);
  const uint32_t sum = sum_of(payload);
  const auto agrees = [&](ChecksumForm form) {
    return fold(sum + around(payload.size(), form, source, destination)) == 0xffff;
  };
  const auto if_agrees = [&](ChecksumForm form) {
    return agrees(form) ? std::optional(form) : std::nullopt;
  };
  if (payload[0] >> 4 == 2) return if_agrees(ChecksumForm::kPlain);
  if (source.size == 16) return if_agrees(ChecksumForm::kPseudoHeader);
  if (setting != VrrpChecksum::kAuto) return if_agrees(first_form(3, AF_INET, setting));
  for (const auto form :
       {ChecksumForm::kPseudoHeader, ChecksumForm::kPlain, ChecksumForm::kPseudoGroup}) {
    if (agrees(form)) return form;
  }
  return std::nullopt;
}

ChecksumForm first_form(uint8_t version, int family, VrrpChecksum setting) {
  if (version == 2) return ChecksumForm::kPlain;
  const bool plain = family == AF_INET && setting == VrrpChecksum::kRfc9568;
  return plain ? ChecksumForm::kPlain : ChecksumForm::kPseudoHeader;
}

uint16_t update_checksum(uint16_t checksum, uint16_t before, uint16_t after) {
  const uint32_t sum = static_cast<uint16_t>(~checksum) + static_cast<uint16_t>(~before) + after;
  return static_cast<uint16_t>(~fold(sum));
}

void change_priority(std::span<uint8_t> advert, uint8_t priority) {
  HW_ASSERT(advert.size() >= kAdvertHeader);
  const auto word = [&](size_t at) {
    return static_cast<uint16_t>(advert[at] << 8 | advert[at + 1]);
  };
  const uint16_t before = word(2);
  advert[2] = priority;
  const uint16_t checksum = update_checksum(word(kChecksumAt), before, word(2));
  advert[kChecksumAt] = static_cast<uint8_t>(checksum >> 8);
  advert[kChecksumAt + 1] = static_cast<uint8_t>(checksum);
}

}  // namespace hawser::vrrp
