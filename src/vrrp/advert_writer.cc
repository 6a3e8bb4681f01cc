// SPDX-License-Identifier: MIT
#include "vrrp/advert_writer.h"

#include "base/assert.h"

namespace hawser::vrrp {
namespace {

constexpr size_t kChecksumAt = 6;

}  // namespace

AdvertWriter::AdvertWriter(const WriterSettings& settings) : settings_(settings) {
  HW_ASSERT(settings.source.is_set() && settings.source.size == settings.destination.size);
  const bool has_ah = settings.auth == VrrpAuth::kAh;
  HW_ASSERT(!has_ah || (is_ipv4() && settings.ah != nullptr));
  if (settings_.trailer != nullptr && !settings_.trailer->signs()) settings_.trailer = nullptr;
  advert_at_ = (is_ipv4() ? kIpv4Header : 0) + (has_ah ? kAhHeader : 0);
  Advert form{.version = settings.version,
              .vrid = settings.vrid,
              .priority = kPriorityStop,
              .interval_cs = settings.interval_cs,
              .auth_type = static_cast<uint8_t>(settings.auth),
              .auth_data = {},
              .addresses = settings.addresses,
              .address_size = settings.source.size};
  if (settings.auth == VrrpAuth::kPass) form.auth_data = settings.password;
  packet_.resize(advert_at_ + kMaxAdvert);
  advert_size_ = serialize(form, std::span(packet_).subspan(advert_at_));
  HW_ASSERT(advert_size_ != 0);
  packet_.resize(advert_at_ + advert_size_ + (settings_.trailer != nullptr ? kTrailer : 0));
  settings_.addresses = {};  // in the packet from now on
  sum_up();
}

// Over IPv6 the kernels sum up the trailer as well; the signature takes the checksum for 0.
void AdvertWriter::sum_up() {
  const auto covered = is_ipv4() ? advert() : std::span(packet_);
  const uint16_t checksum =
      advert_checksum(covered, settings_.form, settings_.source, settings_.destination);
  advert()[kChecksumAt] = static_cast<uint8_t>(checksum >> 8);
  advert()[kChecksumAt + 1] = static_cast<uint8_t>(checksum);
}

void AdvertWriter::set_form(ChecksumForm form) {
  settings_.form = form;
  sum_up();
}

std::span<const uint8_t> AdvertWriter::write(uint8_t priority, AuthSequences& sequences,
                                             int64_t unix_ns) {
  change_priority(advert(), priority);
  if (is_ipv4()) {
    put_ipv4_header(packet_, packet_.size(), id_.next(), protocol(), settings_.ttl,
                    settings_.source, settings_.destination);
  }
  if (settings_.auth == VrrpAuth::kAh) put_ah(packet_, sequences.ah.next(), *settings_.ah);
  if (settings_.trailer != nullptr) {
    settings_.trailer->sign(std::span(packet_).subspan(advert_at_), settings_.source,
                            sequences.hmac.next(unix_ns));
    if (!is_ipv4()) sum_up();
  }
  return packet_;
}

}  // namespace hawser::vrrp
