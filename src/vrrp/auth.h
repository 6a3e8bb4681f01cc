// SPDX-License-Identifier: MIT
// Authentication of VRRPv2: a password in clear text, or AH (RFC 2402 as keepalived speaks it). The
// keyed hash below serves the HMAC trailer of VRRPv3 as well, trailer.h.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>

#include "vrrp/ipv4.h"
#include "vrrp/sequence.h"

namespace hawser::vrrp {

// HMAC (RFC 2104) with a key that is prepared once. compute() allocates nothing of its own;
// OpenSSL 3 takes and returns two small blocks each time.
class Hmac {
 public:
  enum class Digest : uint8_t { kMd5, kSha256 };
  // nullopt: this OpenSSL refuses the digest, as the FIPS provider does MD5.
  static std::optional<Hmac> make(Digest digest, std::span<const uint8_t> key);

  // The first bytes of the hash over all parts, as many as `out` has.
  void compute(std::initializer_list<std::span<const uint8_t>> parts, std::span<uint8_t> out) const;

 private:
  struct Free {
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
  };
  using Context = std::unique_ptr<EVP_MAC_CTX, Free>;
  explicit Hmac(Context context) : context_(std::move(context)) {}
  Context context_;
};

// In the same time whatever differs.
bool equal_secrets(std::span<const uint8_t> a, std::span<const uint8_t> b);

// The authentication header between the IP header and the advert.
inline constexpr size_t kAhHeader = 24;
inline constexpr size_t kAhIcv = 12;  // its last bytes: HMAC-MD5-96 (RFC 2403)

// Fills the 24 bytes after `ip_header` in `packet`, which holds the finished IPv4 header and the
// finished advert. `key` is HMAC-MD5 with the 8 bytes of the zero-padded password.
void put_ah(std::span<uint8_t> packet, uint32_t sequence, const Hmac& key);

enum class AhFault : uint8_t { kNone, kFormat, kIcv, kSpi, kReplay };
struct AhVerdict {
  AhFault fault = AhFault::kNone;
  uint32_t sequence = 0;
};
// `datagram` is one of protocol 51.
AhVerdict verify_ah(const Datagram& datagram, const Hmac& key, const AhSequence& sequence);

}  // namespace hawser::vrrp
