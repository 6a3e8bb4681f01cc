// SPDX-License-Identifier: MIT
// Is a received packet an advert that our instance may act upon? The checks of RFC 9568, section
// 7.1, in keepalived's order. Nothing here has a state: a packet that is refused leaves no trace
// but in a counter.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "config/vrrp_model.h"
#include "shm/vrrp_state.h"
#include "vrrp/address_set.h"
#include "vrrp/auth.h"
#include "vrrp/checksum.h"
#include "vrrp/election.h"
#include "vrrp/ipv4.h"
#include "vrrp/packet.h"
#include "vrrp/trailer.h"

namespace hawser::vrrp {

// What an instance expects on one of its paths.
struct ReceiveSettings {
  int family = AF_INET;
  uint8_t version = 2;
  uint8_t vrid = 0;
  uint16_t interval_cs = 100;
  Ip source = {};  // of our own adverts on this path
  VrrpAuth auth = VrrpAuth::kNone;
  std::array<uint8_t, 8> password = {};
  const Hmac* ah = nullptr;              // of `auth ah`
  const TrailerKeys* trailer = nullptr;  // of `auth hmac`
  bool trailer_by_time = true;           // its stamp is compared with our clock
  VrrpChecksum checksum = VrrpChecksum::kAuto;
  struct Peer {
    Ip address;
    uint8_t min_ttl = 0;  // 0: not looked at
  };
  std::span<const Peer> peers = {};       // any: unicast
  const AddressSet* addresses = nullptr;  // nullptr: not compared
};

// What exactly was wrong: a line for people. {0} is what was found, {1} what was expected.
// clang-format off
#define HW_VRRP_REJECT_DETAILS(X)                                                                \
  X(kShort, "{0} bytes after the IP header, and {1} are needed")                                 \
  X(kSurplus, "{0} bytes after the IP header, and its address count makes {1}")                  \
  X(kNoAddresses, "it lists no address")                                                         \
  X(kUnexpectedTrailer, "28 bytes follow the advert: the sender uses auth_hmac, and we have no " \
                        "hmac key")                                                              \
  X(kTtl, "it arrived with TTL {0}, not 255: it was routed, or the sender is broken")            \
  X(kMinTtl, "it arrived with TTL {0}, and min-ttl of this peer is {1}")                         \
  X(kVersion, "it is version {0}, and we use {1}")                                               \
  X(kOwnAddress, "it has our own source address: a loop in the network, or the address is in "   \
                 "use twice")                                                                    \
  X(kAuthType, "its authentication type is {0}, which does not exist")                           \
  X(kAuthMismatch, "its authentication type is {0}, and ours is {1} (0 none, 1 pass, 2 ah)")     \
  X(kPassword, "its password is not ours")                                                       \
  X(kAhFormat, "its authentication header has a wrong form")                                     \
  X(kAhCheckValue, "its AH check value is wrong: the passwords differ, or it was altered")              \
  X(kAhSpi, "the SPI of its authentication header is not its source address")                    \
  X(kAhReplay, "its AH sequence number {0} is not above {1}")                                    \
  X(kTrailerMissing, "it has no auth_hmac trailer, and hmac is enforced")                        \
  X(kTrailerFormat, "its auth_hmac trailer has a wrong form")                                    \
  X(kTrailerKey, "it is signed with hmac key {0}, which we do not have")                         \
  X(kTrailerTag, "its signature with hmac key {0} is wrong: the keys differ, or it was altered") \
  X(kTrailerStale, "its auth_hmac time stamp is too far from our clock")                         \
  X(kTrailerReplay, "its auth_hmac time stamp is not later than the last one: a replay")         \
  X(kInterval, "its interval is {0} cs, and ours is {1} cs")                                     \
  X(kNoInterval, "its interval is 0")                                                            \
  X(kType, "its type is {0}, and only 1 exists")                                                 \
  X(kChecksum, "its checksum {0:#06x} is wrong")                                                 \
  X(kUnicast, "it was sent to us alone, and this instance uses multicast")                       \
  X(kMulticast, "it was sent to a group, and this instance uses unicast")                        \
  X(kNotAPeer, "the sender is not among the peers")
// clang-format on
enum class RejectDetail : uint8_t {
#define HW_VRRP_DETAIL(name, text) name,
  HW_VRRP_REJECT_DETAILS(HW_VRRP_DETAIL)
#undef HW_VRRP_DETAIL
      kCount
};

struct Rejected {
  VrrpReject reason;
  RejectDetail detail;
  uint32_t found = 0, expected = 0;
};
std::string describe(const Rejected& rejected);

struct Received {
  enum class Kind : uint8_t {
    kAccepted,
    kRejected,
    kIgnored,  // another VRID, or we take no part in the election now
  };
  Kind kind = Kind::kIgnored;
  std::optional<Rejected> rejected;  // with kRejected
  Advert advert;                     // a view of the packet; whole with kAccepted
  Ip source;
  // With kAccepted, what is no reason to refuse but to say so.
  ChecksumForm form = ChecksumForm::kPlain;
  bool addresses_differ = false;  // AddressSet::difference() says how
  bool interval_differs = false;  // VRRPv3 adopts it
  bool is_signed = false;         // has a valid auth_hmac trailer
  SequenceSeen sequence;

  HeardAdvert heard() const;  // with kAccepted: what the election wants to know
};

// The advert in a datagram: what comes after the authentication header, if there is one.
std::span<const uint8_t> advert_bytes(const Datagram& datagram);

// `role`: of the instance now. `sequences`: what was heard before; only read. `unix_ns`: the time
// of day, for the auth_hmac trailer.
Received receive(const Datagram& datagram, const ReceiveSettings& settings, VrrpState role,
                 const AuthSequences& sequences, int64_t unix_ns);

}  // namespace hawser::vrrp
