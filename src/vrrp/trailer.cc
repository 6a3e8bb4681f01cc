// SPDX-License-Identifier: MIT
#include "vrrp/trailer.h"

#include <algorithm>

#include "base/assert.h"
#include "vrrp/packet.h"

namespace hawser::vrrp {
namespace {

constexpr uint8_t kTrailerType = 1;
constexpr size_t kPrefix = 12;  // all but the tag
constexpr size_t kTag = kTrailer - kPrefix;
constexpr size_t kStampAt = 4;
constexpr size_t kChecksumAt = 6;

// The checksum counts as 0: the kernel, or an incremental update, may write it later.
std::array<uint8_t, kTag> tag_of(std::span<const uint8_t> advert, std::span<const uint8_t> prefix,
                                 const Ip& source, const Hmac& key) {
  std::array<uint8_t, 20> pseudo{static_cast<uint8_t>(source.size == 4 ? 4 : 6),
                                 static_cast<uint8_t>(advert[0] >> 4), advert[1], 0};
  std::copy(source.bytes.begin(), source.bytes.end(), pseudo.begin() + 4);
  constexpr std::array<uint8_t, 2> kNoChecksum{};
  constexpr std::array<uint8_t, kTag> kNoTag{};
  std::array<uint8_t, kTag> tag;
  key.compute({pseudo, advert.first(kChecksumAt), kNoChecksum, advert.subspan(kChecksumAt + 2),
               prefix, kNoTag},
              tag);
  return tag;
}

bool is_near(uint64_t stamp, int64_t unix_ns, int64_t window_ns) {
  constexpr int64_t kSecond = 1'000'000'000;
  // Seconds of 32 bits begin again in 2106; a difference does not mind.
  const auto seconds = static_cast<int32_t>(static_cast<uint32_t>(stamp >> 32) -
                                            static_cast<uint32_t>(unix_ns / kSecond));
  const auto fraction_ns = static_cast<int64_t>((stamp >> 16 & 0xffff) * kSecond >> 16);
  const int64_t apart_ns = seconds * kSecond + fraction_ns - unix_ns % kSecond;
  return apart_ns <= window_ns && apart_ns >= -window_ns;
}

}  // namespace

TrailerKeys::TrailerKeys(std::span<const VrrpHmacKey> keys, VrrpHmacMode mode) : mode_(mode) {
  keys_.reserve(keys.size());
  for (const VrrpHmacKey& key : keys) {
    auto hmac = Hmac::make(Hmac::Digest::kSha256, key.key);
    if (!hmac) continue;
    keys_.push_back({.id = key.id, .hmac = std::move(*hmac)});
    if (key.active) active_ = &keys_.back();
  }
}

const TrailerKeys::Key* TrailerKeys::find(uint8_t id) const {
  const auto found =
      std::find_if(keys_.begin(), keys_.end(), [&](const Key& key) { return key.id == id; });
  return found == keys_.end() ? nullptr : &*found;
}

void TrailerKeys::sign(std::span<uint8_t> signed_advert, const Ip& source, uint64_t stamp) const {
  HW_ASSERT(is_usable() && signed_advert.size() >= kAdvertHeader + kTrailer);
  const auto advert = signed_advert.first(signed_advert.size() - kTrailer);
  const auto trailer = signed_advert.last(kTrailer);
  trailer[0] = kTrailerType;
  trailer[1] = active_->id;
  trailer[2] = trailer[3] = 0;
  for (size_t i = 0; i < 8; ++i) {
    trailer[kStampAt + i] = static_cast<uint8_t>(stamp >> (56 - 8 * i));
  }
  const auto tag = tag_of(advert, trailer.first(kPrefix), source, active_->hmac);
  std::copy(tag.begin(), tag.end(), trailer.begin() + kPrefix);
}

TrailerVerdict TrailerKeys::verify(std::span<const uint8_t> advert,
                                   std::span<const uint8_t> trailer, const Ip& source,
                                   int64_t unix_ns, int64_t window_ns,
                                   const HmacSequence& sequence) const {
  HW_ASSERT(advert.size() >= kAdvertHeader && trailer.size() == kTrailer);
  TrailerVerdict verdict{.key_id = trailer[1]};
  if (trailer[0] != kTrailerType || trailer[2] != 0 || trailer[3] != 0) {
    verdict.fault = TrailerFault::kFormat;
    return verdict;
  }
  const Key* key = find(verdict.key_id);
  if (key == nullptr) {
    verdict.fault = TrailerFault::kUnknownKey;
    return verdict;
  }
  for (size_t i = 0; i < 8; ++i) verdict.stamp = verdict.stamp << 8 | trailer[kStampAt + i];
  const auto tag = tag_of(advert, trailer.first(kPrefix), source, key->hmac);
  if (!equal_secrets(tag, trailer.subspan(kPrefix))) {
    verdict.fault = TrailerFault::kTag;
  } else if (window_ns != 0 && !is_near(verdict.stamp, unix_ns, window_ns)) {
    verdict.fault = TrailerFault::kStale;
  } else if (!sequence.accepts(source, verdict.stamp)) {
    verdict.fault = TrailerFault::kReplay;
  }
  return verdict;
}

int64_t trailer_window_ns(int64_t interval_ns) {
  constexpr int64_t kLeast = 5'000'000'000;
  return std::max(3 * interval_ns, kLeast);
}

}  // namespace hawser::vrrp
