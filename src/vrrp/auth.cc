// SPDX-License-Identifier: MIT
#include "vrrp/auth.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>

#include <algorithm>

#include "base/assert.h"
#include "vrrp/packet.h"

namespace hawser::vrrp {
namespace {

// Multiples of 4 bytes, less 2: RFC 2402, section 2.2.
constexpr uint8_t kAhLength = kAhHeader / 4 - 2;
constexpr size_t kSpiAt = 4, kSequenceAt = 8, kIcvAt = 12;
constexpr size_t kMaxIpv4Header = 60;

struct FreeMac {
  void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
};

// Over the IP header without what routers may change, the authentication header without the result,
// and the advert. keepalived leaves the TTL of multicast in, against RFC 2402, section 3.3.3.1.1.1.
std::array<uint8_t, kAhIcv> icv_of(std::span<const uint8_t> ip_header, std::span<const uint8_t> ah,
                                   std::span<const uint8_t> advert, bool multicast,
                                   const Hmac& key) {
  std::array<uint8_t, kMaxIpv4Header> header;
  std::copy(ip_header.begin(), ip_header.end(), header.begin());
  for (const size_t mutable_byte : {1, 6, 7, 10, 11}) header[mutable_byte] = 0;
  if (!multicast) header[8] = 0;
  constexpr std::array<uint8_t, kAhIcv> kNoIcv{};
  std::array<uint8_t, kAhIcv> icv;
  key.compute({std::span(header).first(ip_header.size()), ah.first(kIcvAt), kNoIcv, advert}, icv);
  return icv;
}

}  // namespace

std::optional<Hmac> Hmac::make(Digest digest, std::span<const uint8_t> key) {
  const std::unique_ptr<EVP_MAC, FreeMac> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  if (!mac) return std::nullopt;
  Context context(EVP_MAC_CTX_new(mac.get()));
  char md5[] = "MD5", sha256[] = "SHA256";
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest == Digest::kMd5 ? md5 : sha256,
                                       0),
      OSSL_PARAM_construct_end(),
  };
  if (!context || EVP_MAC_init(context.get(), key.data(), key.size(), params) != 1) {
    return std::nullopt;
  }
  return Hmac(std::move(context));
}

void Hmac::compute(std::initializer_list<std::span<const uint8_t>> parts,
                   std::span<uint8_t> out) const {
  // Without a key: starts again with the one of make().
  HW_ASSERT(EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1);
  for (const auto part : parts) {
    HW_ASSERT(EVP_MAC_update(context_.get(), part.data(), part.size()) == 1);
  }
  std::array<uint8_t, EVP_MAX_MD_SIZE> hash;
  size_t size = 0;
  HW_ASSERT(EVP_MAC_final(context_.get(), hash.data(), &size, hash.size()) == 1);
  HW_ASSERT(out.size() <= size);
  std::copy_n(hash.begin(), out.size(), out.begin());
}

bool equal_secrets(std::span<const uint8_t> a, std::span<const uint8_t> b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void put_ah(std::span<uint8_t> packet, uint32_t sequence, const Hmac& key) {
  HW_ASSERT(packet.size() >= kIpv4Header + kAhHeader + kAdvertHeader);
  const auto ip_header = packet.first(kIpv4Header);
  const auto ah = packet.subspan(kIpv4Header, kAhHeader);
  ah[0] = kVrrpProtocol;
  ah[1] = kAhLength;
  ah[2] = ah[3] = 0;
  std::copy_n(ip_header.begin() + 12, 4, ah.begin() + kSpiAt);  // the source address
  for (size_t i = 0; i < 4; ++i) {
    ah[kSequenceAt + i] = static_cast<uint8_t>(sequence >> (24 - 8 * i));
  }
  const bool multicast = (ip_header[16] & 0xf0) == 0xe0;
  const auto icv = icv_of(ip_header, ah, packet.subspan(kIpv4Header + kAhHeader), multicast, key);
  std::copy(icv.begin(), icv.end(), ah.begin() + kIcvAt);
}

AhVerdict verify_ah(const Datagram& datagram, const Hmac& key, const AhSequence& sequence) {
  AhVerdict verdict;
  if (datagram.payload.size() < kAhHeader || datagram.ip_header.size() < kIpv4Header) {
    verdict.fault = AhFault::kFormat;
    return verdict;
  }
  const auto ah = datagram.payload.first(kAhHeader);
  if (ah[0] != kVrrpProtocol || ah[1] != kAhLength) {
    verdict.fault = AhFault::kFormat;
    return verdict;
  }
  for (size_t i = 0; i < 4; ++i) verdict.sequence = verdict.sequence << 8 | ah[kSequenceAt + i];
  const auto icv = icv_of(datagram.ip_header, ah, datagram.payload.subspan(kAhHeader),
                          datagram.destination.is_multicast(), key);
  if (!equal_secrets(icv, ah.subspan(kIcvAt))) {
    verdict.fault = AhFault::kIcv;
  } else if (Ip::from_bytes(ah.subspan(kSpiAt, 4)) != datagram.source) {
    verdict.fault = AhFault::kSpi;
  } else if (!sequence.accepts(verdict.sequence)) {
    verdict.fault = AhFault::kReplay;
  }
  return verdict;
}

}  // namespace hawser::vrrp
