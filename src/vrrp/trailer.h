// SPDX-License-Identifier: MIT
// The signature after VRRPv3 adverts that keepalived 2.4 calls `auth_hmac`
// (draft-cassen-vrrp-auth-hmac), 28 bytes: type 1, key id, two zero bytes, a stamp of 8 bytes, and
// 16 bytes of HMAC-SHA256 over the sender's address, the advert without its checksum, and the
// trailer itself.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "config/vrrp_model.h"
#include "vrrp/auth.h"
#include "vrrp/ip.h"
#include "vrrp/sequence.h"

namespace hawser::vrrp {

inline constexpr size_t kTrailer = 28;

enum class TrailerFault : uint8_t {
  kNone,
  kFormat,      // another type, or the bytes that must be zero are not
  kUnknownKey,  // no key of this id
  kTag,
  kStale,   // the stamp is too far from our clock
  kReplay,  // not later than what this sender sent before
};

struct TrailerVerdict {
  TrailerFault fault = TrailerFault::kNone;
  uint8_t key_id = 0;
  uint64_t stamp = 0;
};

// The keys of one section.
class TrailerKeys {
 public:
  // What an instance does with them.
  //   enforce       signs; refuses adverts without a trailer
  //   permissive    signs; accepts adverts without one
  //   receive-only  does not sign; accepts adverts without one
  // A trailer that is wrong is refused in every mode. To introduce keys without a gap, go through
  // the modes from the last to the first.
  TrailerKeys(std::span<const VrrpHmacKey> keys, VrrpHmacMode mode);
  bool is_usable() const { return active_ != nullptr; }  // false: OpenSSL has no HMAC-SHA256

  bool signs() const { return mode_ != VrrpHmacMode::kReceiveOnly; }
  bool requires_trailer() const { return mode_ == VrrpHmacMode::kEnforce; }

  // Fills the last 28 bytes of `signed_advert`, which begins with the advert.
  void sign(std::span<uint8_t> signed_advert, const Ip& source, uint64_t stamp) const;

  // `window_ns`: how far the stamp may be from `unix_ns`; 0: not looked at.
  TrailerVerdict verify(std::span<const uint8_t> advert, std::span<const uint8_t> trailer,
                        const Ip& source, int64_t unix_ns, int64_t window_ns,
                        const HmacSequence& sequence) const;

 private:
  struct Key {
    uint8_t id;
    Hmac hmac;
  };
  const Key* find(uint8_t id) const;
  std::vector<Key> keys_;
  const Key* active_ = nullptr;
  VrrpHmacMode mode_;
};

// The window that keepalived uses: three intervals, at least 5 s.
int64_t trailer_window_ns(int64_t interval_ns);

}  // namespace hawser::vrrp
