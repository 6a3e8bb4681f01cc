// SPDX-License-Identifier: MIT
#include "vrrp/receive.h"

#include <fmt/format.h>

#include <algorithm>

#include "vrrp/timers.h"

namespace hawser::vrrp {
namespace {

using Refusal = std::optional<Rejected>;

const char* detail_text(RejectDetail detail) {
  static constexpr const char* kTexts[] = {
#define HW_VRRP_DETAIL(name, text) text,
      HW_VRRP_REJECT_DETAILS(HW_VRRP_DETAIL)
#undef HW_VRRP_DETAIL
  };
  return kTexts[static_cast<size_t>(detail)];
}

Rejected refuse(VrrpReject reason, RejectDetail detail, size_t found = 0, size_t expected = 0) {
  return {reason, detail, static_cast<uint32_t>(found), static_cast<uint32_t>(expected)};
}

// One packet on its way through the checks.
struct Examination {
  const Datagram& datagram;
  const ReceiveSettings& settings;
  const AuthSequences& sequences;
  int64_t unix_ns;
  std::span<const uint8_t> bytes;  // from the VRRP header to the end
  Parsed parsed;
  std::span<const uint8_t> trailer;
  Received result;

  const Advert& advert() const { return parsed.advert; }
  bool is_unicast() const { return !settings.peers.empty(); }
  const ReceiveSettings::Peer* peer() const {
    const auto found =
        std::find_if(settings.peers.begin(), settings.peers.end(),
                     [&](const auto& one) { return one.address == datagram.source; });
    return found == settings.peers.end() ? nullptr : &*found;
  }

  Refusal check_length();
  Refusal check_ttl() const;
  Refusal check_version() const;
  Refusal check_own_address() const;
  Refusal check_auth();
  Refusal check_pass_or_ah();
  Refusal check_trailer();
  Refusal check_interval();
  Refusal check_type() const;
  Refusal check_checksum();
  Refusal check_destination() const;
  void compare_addresses();
  Refusal check_source() const;
};

// A version that does not exist has no length; check_version() refuses it.
Refusal Examination::check_length() {
  switch (parsed.error) {
    case ParseError::kTooShort:
    case ParseError::kTruncated:
      return refuse(VrrpReject::kLength, RejectDetail::kShort, bytes.size(), parsed.size);
    case ParseError::kNoAddresses:
      return refuse(VrrpReject::kLength, RejectDetail::kNoAddresses);
    case ParseError::kVersion:
      return {};
    case ParseError::kNone:
      break;
  }
  if (parsed.rest.empty()) return {};
  if (advert().version == 3 && parsed.rest.size() == kTrailer) {
    if (settings.trailer == nullptr) {
      return refuse(VrrpReject::kLength, RejectDetail::kUnexpectedTrailer);
    }
    trailer = parsed.rest;
    return {};
  }
  const size_t ip_header = settings.family == AF_INET ? datagram.ip_header.size() : kIpv6Header;
  if (may_end_in_padding(ip_header + datagram.payload.size())) return {};
  return refuse(VrrpReject::kLength, RejectDetail::kSurplus, bytes.size(), parsed.size);
}

Refusal Examination::check_ttl() const {
  if (datagram.ttl < 0) return {};
  const auto ttl = static_cast<size_t>(datagram.ttl);
  if (!is_unicast()) {
    if (ttl == kVrrpTtl) return {};
    return refuse(VrrpReject::kTtl, RejectDetail::kTtl, ttl, kVrrpTtl);
  }
  const auto* sender = peer();
  if (sender == nullptr || ttl >= sender->min_ttl) return {};
  return refuse(VrrpReject::kTtl, RejectDetail::kMinTtl, ttl, sender->min_ttl);
}

Refusal Examination::check_version() const {
  if (parsed.error == ParseError::kNone && advert().version == settings.version) return {};
  return refuse(VrrpReject::kVersion, RejectDetail::kVersion, advert().version, settings.version);
}

// Before authentication: what a loop brings back would pass for a replay there.
Refusal Examination::check_own_address() const {
  if (!settings.source.is_set() || datagram.source != settings.source) return {};
  return refuse(VrrpReject::kOwnAddress, RejectDetail::kOwnAddress);
}

Refusal Examination::check_auth() {
  return settings.version == 2 ? check_pass_or_ah() : check_trailer();
}

Refusal Examination::check_pass_or_ah() {
  const uint8_t type = advert().auth_type;
  if (type > kAuthTypeAh) {
    return refuse(VrrpReject::kAuthType, RejectDetail::kAuthType, type);
  }
  const bool has_ah = datagram.protocol == kAhProtocol;
  const auto ours = static_cast<uint8_t>(settings.auth);
  if (type != ours || has_ah != (settings.auth == VrrpAuth::kAh)) {
    return refuse(VrrpReject::kAuthMismatch, RejectDetail::kAuthMismatch,
                  has_ah ? uint8_t{kAuthTypeAh} : type, ours);
  }
  if (settings.auth == VrrpAuth::kPass && !equal_secrets(advert().auth_data, settings.password)) {
    return refuse(VrrpReject::kAuthFailure, RejectDetail::kPassword);
  }
  if (settings.auth != VrrpAuth::kAh) return {};
  HW_ASSERT(settings.ah != nullptr);
  const AhVerdict verdict = verify_ah(datagram, *settings.ah, sequences.ah);
  result.sequence = {SequenceSeen::Kind::kAh, verdict.sequence};
  switch (verdict.fault) {
    case AhFault::kNone:
      return {};
    case AhFault::kFormat:
      return refuse(VrrpReject::kAuthFailure, RejectDetail::kAhFormat);
    case AhFault::kIcv:
      return refuse(VrrpReject::kAuthFailure, RejectDetail::kAhCheckValue);
    case AhFault::kSpi:
      return refuse(VrrpReject::kAuthFailure, RejectDetail::kAhSpi);
    case AhFault::kReplay:
      return refuse(VrrpReject::kAuthFailure, RejectDetail::kAhReplay, verdict.sequence,
                    sequences.ah.value());
  }
  HW_UNREACHABLE();
}

Refusal Examination::check_trailer() {
  if (datagram.protocol == kAhProtocol) {
    return refuse(VrrpReject::kAuthMismatch, RejectDetail::kAuthMismatch, kAuthTypeAh,
                  kAuthTypeNone);
  }
  if (settings.trailer == nullptr) return {};
  if (trailer.empty()) {
    if (!settings.trailer->requires_trailer()) return {};
    return refuse(VrrpReject::kAuthMismatch, RejectDetail::kTrailerMissing);
  }
  const TrailerVerdict verdict = settings.trailer->verify(
      bytes.first(parsed.size), trailer, datagram.source, unix_ns,
      settings.trailer_by_time ? trailer_window_ns(settings.interval_cs * kNsPerCentisecond) : 0,
      sequences.hmac);
  result.sequence = {SequenceSeen::Kind::kHmac, verdict.stamp};
  result.is_signed = verdict.fault == TrailerFault::kNone;
  const auto wrong = [&](RejectDetail detail) {
    return refuse(VrrpReject::kAuthFailure, detail, verdict.key_id);
  };
  switch (verdict.fault) {
    case TrailerFault::kNone:
      return {};
    case TrailerFault::kFormat:
      return wrong(RejectDetail::kTrailerFormat);
    case TrailerFault::kUnknownKey:
      return wrong(RejectDetail::kTrailerKey);
    case TrailerFault::kTag:
      return wrong(RejectDetail::kTrailerTag);
    case TrailerFault::kStale:
      return wrong(RejectDetail::kTrailerStale);
    case TrailerFault::kReplay:
      return wrong(RejectDetail::kTrailerReplay);
  }
  HW_UNREACHABLE();
}

// RFC 3768, section 7.1, discards other intervals; RFC 9568 adopts them, but not 0 (erratum 8301).
Refusal Examination::check_interval() {
  const uint16_t interval = advert().interval_cs;
  if (settings.version == 3 && interval == 0) {
    return refuse(VrrpReject::kInterval, RejectDetail::kNoInterval);
  }
  result.interval_differs = interval != settings.interval_cs;
  if (settings.version == 3 || !result.interval_differs) return {};
  return refuse(VrrpReject::kInterval, RejectDetail::kInterval, interval, settings.interval_cs);
}

Refusal Examination::check_type() const {
  if (advert().type == kTypeAdvertisement) return {};
  return refuse(VrrpReject::kType, RejectDetail::kType, advert().type, kTypeAdvertisement);
}

// Over IPv6 the sender's kernel sums up the trailer as well.
Refusal Examination::check_checksum() {
  const size_t size = parsed.size + (settings.family == AF_INET6 ? trailer.size() : 0);
  if (settings.family == AF_INET6 && !datagram.destination.is_set()) {
    result.form = ChecksumForm::kPseudoHeader;  // the kernel has seen to it (IPV6_CHECKSUM)
    return {};
  }
  const auto form =
      verify_checksum(bytes.first(size), settings.checksum, datagram.source, datagram.destination);
  if (!form) return refuse(VrrpReject::kChecksum, RejectDetail::kChecksum, advert().checksum);
  result.form = *form;
  return {};
}

Refusal Examination::check_destination() const {
  if (!datagram.destination.is_set()) return {};
  if (datagram.destination.is_multicast() != is_unicast()) return {};
  return refuse(VrrpReject::kDestination,
                is_unicast() ? RejectDetail::kMulticast : RejectDetail::kUnicast);
}

// Never a reason to refuse: two routers that do not hear each other are worse than two lists that
// differ.
void Examination::compare_addresses() {
  result.addresses_differ = settings.addresses != nullptr && !settings.addresses->same_as(advert());
}

Refusal Examination::check_source() const {
  if (!is_unicast() || peer() != nullptr) return {};
  return refuse(VrrpReject::kSource, RejectDetail::kNotAPeer);
}

Refusal run_checks(Examination& packet) {
  if (const auto no = packet.check_ttl()) return no;
  if (const auto no = packet.check_version()) return no;
  if (const auto no = packet.check_own_address()) return no;
  if (const auto no = packet.check_auth()) return no;
  if (const auto no = packet.check_interval()) return no;
  if (const auto no = packet.check_type()) return no;
  if (const auto no = packet.check_checksum()) return no;
  if (const auto no = packet.check_destination()) return no;
  packet.compare_addresses();
  return packet.check_source();
}

}  // namespace

std::string describe(const Rejected& rejected) {
  return fmt::format(fmt::runtime(detail_text(rejected.detail)), rejected.found, rejected.expected);
}

HeardAdvert Received::heard() const {
  return {.from = source,
          .priority = advert.priority,
          .interval_ns = advert.interval_cs * kNsPerCentisecond,
          .sequence = sequence};
}

std::span<const uint8_t> advert_bytes(const Datagram& datagram) {
  if (datagram.protocol != kAhProtocol) return datagram.payload;
  return datagram.payload.subspan(std::min(kAhHeader, datagram.payload.size()));
}

Received receive(const Datagram& datagram, const ReceiveSettings& settings, VrrpState role,
                 const AuthSequences& sequences, int64_t unix_ns) {
  Examination packet{.datagram = datagram,
                     .settings = settings,
                     .sequences = sequences,
                     .unix_ns = unix_ns,
                     .bytes = advert_bytes(datagram),
                     .parsed = {},
                     .trailer = {},
                     .result = {}};
  packet.parsed = parse(packet.bytes, settings.family);
  packet.result.source = datagram.source;
  // Whose packet it is comes before what is wrong with it, where it is long enough to tell.
  const bool is_ours =
      packet.parsed.error == ParseError::kTooShort || packet.advert().vrid == settings.vrid;
  const bool takes_part = role == VrrpState::kBackup || role == VrrpState::kMaster;
  if (!is_ours || !takes_part) return packet.result;
  Refusal refusal = packet.check_length();
  if (!refusal) refusal = run_checks(packet);
  packet.result.advert = packet.advert();
  packet.result.kind = refusal ? Received::Kind::kRejected : Received::Kind::kAccepted;
  packet.result.rejected = refusal;
  return packet.result;
}

}  // namespace hawser::vrrp
