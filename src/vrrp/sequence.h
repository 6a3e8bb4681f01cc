// SPDX-License-Identifier: MIT
// What authentication remembers against replays. Part of ElectionState, so that a successor process
// neither repeats a number nor accepts an old one.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "vrrp/ip.h"

namespace hawser::vrrp {

// The sequence number of AH, one counter for both directions as keepalived has it: whoever becomes
// master goes on above the number that the last master used.
class AhSequence {
 public:
  bool accepts(uint32_t received) const;
  // `lost`: we are master and stay it, so that our answer must be above what the other backups
  // heard from the loser.
  void receive(uint32_t received, bool lost) { value_ = lost ? received + 1 : received; }
  uint32_t next();  // for the advert that is about to leave
  uint32_t value() const { return value_; }

 private:
  // From here on the counter is about to start again, and low numbers are new ones.
  static constexpr uint32_t kCycle = 0xffff'fffd;
  static constexpr uint32_t kLow = 0x1'0000;
  uint32_t value_ = 0;
};

// The stamps of the HMAC trailer: 32 bits of seconds, 16 of their fraction, a counter of 16.
class HmacSequence {
 public:
  // true: later than all that was heard from `sender`, by serial number arithmetic (RFC 1982) on 64
  // bits. The first advert of a sender that is not known, or was forgotten, is later.
  bool accepts(const Ip& sender, uint64_t stamp) const;
  void receive(const Ip& sender, uint64_t stamp);  // forgets who was silent for longest
  // Our next stamp is later than this one. A node whose clock was set back, and that has forgotten
  // how far it was, goes on from what the others send: they would refuse it as a replay.
  void follow(uint64_t stamp);
  // For the advert that is about to leave: the time, or one more than the last if time stood still
  // or went back.
  uint64_t next(int64_t unix_ns);

 private:
  struct Sender {
    Ip address;
    uint64_t stamp = 0;
    uint64_t used = 0;  // value of uses_; 0: free
  };
  std::array<Sender, 4> senders_{};
  uint64_t uses_ = 0;
  uint64_t sent_ = 0;
};

struct AuthSequences {
  AhSequence ah;
  HmacSequence hmac;
};
static_assert(std::is_trivially_copyable_v<AuthSequences>);

// What an accepted advert adds to them.
struct SequenceSeen {
  enum class Kind : uint8_t { kNone, kAh, kHmac };
  Kind kind = Kind::kNone;
  uint64_t number = 0;
};

}  // namespace hawser::vrrp
