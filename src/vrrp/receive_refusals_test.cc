// SPDX-License-Identifier: MIT
// Every reason to refuse an advert, and their order.
#include "base/testing.h"
#include "vrrp/receive_testing.h"

namespace hawser::vrrp {
namespace {

struct Row {
  const char* what;
  void (*arrange)(Lan&);
  VrrpReject reason;
  RejectDetail detail;
  const char* text;
};

const Row kRefusals[] = {
    {"a header cut short", [](Lan& lan) { lan.alter = [](auto& p) { put_length(p, 27); }; },
     VrrpReject::kLength, RejectDetail::kShort, "7 bytes after the IP header, and 8 are needed"},
    {"authentication data cut short",
     [](Lan& lan) { lan.alter = [](auto& p) { put_length(p, 39); }; }, VrrpReject::kLength,
     RejectDetail::kShort, "19 bytes after the IP header, and 20 are needed"},
    {"a count above the list", [](Lan& lan) { lan.alter = [](auto& p) { p[23] = 2; }; },
     VrrpReject::kLength, RejectDetail::kShort, "20 bytes after the IP header, and 24 are needed"},
    {"more than Ethernet's fill", [](Lan& lan) { lan.alter = [](auto& p) { put_length(p, 51); }; },
     VrrpReject::kLength, RejectDetail::kSurplus,
     "31 bytes after the IP header, and its address count makes 20"},
    {"no address", [](Lan& lan) { lan.alter = [](auto& p) { p[23] = 0; }; }, VrrpReject::kLength,
     RejectDetail::kNoAddresses, "it lists no address"},
    {"a signature without our having a key",
     [](Lan& lan) {
       lan.with_hmac();
       lan.ours.trailer = nullptr;
     },
     VrrpReject::kLength, RejectDetail::kUnexpectedTrailer,
     "28 bytes follow the advert: the sender uses auth_hmac, and we have no hmac key"},
    {"a routed packet", [](Lan& lan) { lan.writer.ttl = 254; }, VrrpReject::kTtl,
     RejectDetail::kTtl,
     "it arrived with TTL 254, not 255: it was routed, or the sender is broken"},
    {"unicast from too far",
     [](Lan& lan) {
       lan.unicast(64);
       lan.writer.ttl = 63;
     },
     VrrpReject::kTtl, RejectDetail::kMinTtl,
     "it arrived with TTL 63, and min-ttl of this peer is 64"},
    {"version 3 to a router of version 2", [](Lan& lan) { lan.writer.version = 3; },
     VrrpReject::kVersion, RejectDetail::kVersion, "it is version 3, and we use 2"},
    {"version 2 to a router of version 3", [](Lan& lan) { lan.ours.version = 3; },
     VrrpReject::kVersion, RejectDetail::kVersion, "it is version 2, and we use 3"},
    {"a version that does not exist", [](Lan& lan) { lan.alter = [](auto& p) { p[20] = 0x41; }; },
     VrrpReject::kVersion, RejectDetail::kVersion, "it is version 4, and we use 2"},
    {"our own address", [](Lan& lan) { lan.writer.source = kSelf; }, VrrpReject::kOwnAddress,
     RejectDetail::kOwnAddress,
     "it has our own source address: a loop in the network, or the address is in use twice"},
    {"an authentication type that does not exist",
     [](Lan& lan) { lan.alter = [](auto& p) { p[24] = 3; }; }, VrrpReject::kAuthType,
     RejectDetail::kAuthType, "its authentication type is 3, which does not exist"},
    {"no password where we have one",
     [](Lan& lan) {
       lan.pass();
       lan.writer.auth = VrrpAuth::kNone;
     },
     VrrpReject::kAuthMismatch, RejectDetail::kAuthMismatch,
     "its authentication type is 0, and ours is 1 (0 none, 1 pass, 2 ah)"},
    {"a password where we have none",
     [](Lan& lan) {
       lan.pass();
       lan.ours.auth = VrrpAuth::kNone;
     },
     VrrpReject::kAuthMismatch, RejectDetail::kAuthMismatch,
     "its authentication type is 1, and ours is 0 (0 none, 1 pass, 2 ah)"},
    {"AH where we have a password",
     [](Lan& lan) {
       lan.with_ah();
       lan.ours.auth = VrrpAuth::kPass;
     },
     VrrpReject::kAuthMismatch, RejectDetail::kAuthMismatch,
     "its authentication type is 2, and ours is 1 (0 none, 1 pass, 2 ah)"},
    {"type AH without the header",
     [](Lan& lan) {
       lan.with_ah();
       lan.writer.auth = VrrpAuth::kNone;
       lan.alter = [](auto& p) { p[24] = 2; };
     },
     VrrpReject::kAuthMismatch, RejectDetail::kAuthMismatch,
     "its authentication type is 2, and ours is 2 (0 none, 1 pass, 2 ah)"},
    {"AH around VRRPv3",
     [](Lan& lan) {
       lan.version3();
       lan.writer.version = 2;
       lan.with_ah();
       lan.ours.auth = VrrpAuth::kNone;
       lan.alter = [](auto& p) {
         put_length(p, 56);
         p[44] = 0x31;
       };
     },
     VrrpReject::kAuthMismatch, RejectDetail::kAuthMismatch,
     "its authentication type is 2, and ours is 0 (0 none, 1 pass, 2 ah)"},
    {"another password",
     [](Lan& lan) {
       lan.pass();
       lan.writer.password[7] = 'x';
     },
     VrrpReject::kAuthFailure, RejectDetail::kPassword, "its password is not ours"},
    {"a broken authentication header",
     [](Lan& lan) {
       lan.with_ah();
       lan.alter = [](auto& p) { p[21] = 5; };
     },
     VrrpReject::kAuthFailure, RejectDetail::kAhFormat,
     "its authentication header has a wrong form"},
    {"a wrong check value",
     [](Lan& lan) {
       lan.with_ah();
       lan.alter = [](auto& p) { p[40] ^= 1; };
     },
     VrrpReject::kAuthFailure, RejectDetail::kAhCheckValue,
     "its AH check value is wrong: the passwords differ, or it was altered"},
    {"an old AH sequence number",
     [](Lan& lan) {
       lan.with_ah();
       lan.heard.ah.receive(8, false);
     },
     VrrpReject::kAuthFailure, RejectDetail::kAhReplay, "its AH sequence number 1 is not above 8"},
    {"no signature where it is enforced",
     [](Lan& lan) {
       lan.with_hmac();
       lan.writer.trailer = nullptr;
     },
     VrrpReject::kAuthMismatch, RejectDetail::kTrailerMissing,
     "it has no auth_hmac trailer, and hmac is enforced"},
    {"another key",
     [](Lan& lan) {
       lan.with_hmac();
       lan.writer.trailer = &lan.other_key;
     },
     VrrpReject::kAuthFailure, RejectDetail::kTrailerTag,
     "its signature with hmac key 1 is wrong: the keys differ, or it was altered"},
    {"an unknown key",
     [](Lan& lan) {
       lan.with_hmac();
       lan.writer.trailer = &lan.other_id;
     },
     VrrpReject::kAuthFailure, RejectDetail::kTrailerKey,
     "it is signed with hmac key 2, which we do not have"},
    {"a wrong signature where none is needed",
     [](Lan& lan) {
       lan.with_hmac();
       lan.writer.trailer = &lan.other_key;
       lan.ours.trailer = &lan.permissive;
     },
     VrrpReject::kAuthFailure, RejectDetail::kTrailerTag,
     "its signature with hmac key 1 is wrong: the keys differ, or it was altered"},
    {"a trailer of another type",
     [](Lan& lan) {
       lan.with_hmac();
       lan.alter = [](auto& p) { p[32] = 2; };
     },
     VrrpReject::kAuthFailure, RejectDetail::kTrailerFormat,
     "its auth_hmac trailer has a wrong form"},
    {"a stamp from the future",
     [](Lan& lan) {
       lan.with_hmac();
       lan.sender.hmac.next(1'006 * kSecond);
     },
     VrrpReject::kAuthFailure, RejectDetail::kTrailerStale,
     "its auth_hmac time stamp is too far from our clock"},
    {"a replay",
     [](Lan& lan) {
       lan.with_hmac();
       lan.heard.hmac.receive(kPeer, uint64_t{1'000} << 32);
     },
     VrrpReject::kAuthFailure, RejectDetail::kTrailerReplay,
     "its auth_hmac time stamp is not later than the last one: a replay"},
    {"another interval under version 2", [](Lan& lan) { lan.writer.interval_cs = 200; },
     VrrpReject::kInterval, RejectDetail::kInterval, "its interval is 200 cs, and ours is 100 cs"},
    {"an interval of 0 under version 3",
     [](Lan& lan) {
       lan.version3();
       lan.alter = [](auto& p) { p[24] = p[25] = 0; };
     },
     VrrpReject::kInterval, RejectDetail::kNoInterval, "its interval is 0"},
    {"another type", [](Lan& lan) { lan.alter = [](auto& p) { p[20] = 0x22; }; }, VrrpReject::kType,
     RejectDetail::kType, "its type is 2, and only 1 exists"},
    {"a wrong checksum", [](Lan& lan) { lan.alter = [](auto& p) { p[26] ^= 0xff; }; },
     VrrpReject::kChecksum, RejectDetail::kChecksum, "its checksum 0x995e is wrong"},
    {"the other checksum where one is pinned",
     [](Lan& lan) {
       lan.version3();
       lan.ours.checksum = VrrpChecksum::kRfc9568;
     },
     VrrpReject::kChecksum, RejectDetail::kChecksum, "its checksum 0x6165 is wrong"},
    {"unicast to a multicast instance", [](Lan& lan) { lan.writer.destination = kSelf; },
     VrrpReject::kDestination, RejectDetail::kUnicast,
     "it was sent to us alone, and this instance uses multicast"},
    {"multicast to a unicast instance",
     [](Lan& lan) {
       lan.unicast(0);
       lan.writer.destination = kGroup;
     },
     VrrpReject::kDestination, RejectDetail::kMulticast,
     "it was sent to a group, and this instance uses unicast"},
    {"unicast from somebody else",
     [](Lan& lan) {
       lan.unicast(0);
       lan.writer.source = ip("10.1.10.99");
     },
     VrrpReject::kSource, RejectDetail::kNotAPeer, "the sender is not among the peers"},
};

TEST_CASE("what is wrong with an advert is named, and touches nothing", "[vrrp]") {
  std::array<bool, static_cast<size_t>(VrrpReject::kCount)> seen{};
  for (const Row& row : kRefusals) {
    INFO(row.what);
    Lan lan;
    row.arrange(lan);
    const AuthSequences before = lan.heard;
    const Received received = lan.run();
    REQUIRE(received.kind == Received::Kind::kRejected);
    REQUIRE(received.rejected);
    CHECK(received.rejected->reason == row.reason);
    CHECK(received.rejected->detail == row.detail);
    CHECK(describe(*received.rejected) == row.text);
    CHECK(lan.heard.ah.value() == before.ah.value());
    seen[static_cast<size_t>(row.reason)] = true;
  }
  for (size_t reason = 0; reason < seen.size(); ++reason) {
    INFO(reject_word(static_cast<VrrpReject>(reason)));
    CHECK(seen[reason]);
  }
}

TEST_CASE("the checks come in keepalived's order", "[vrrp]") {
  // Each mends the first thing that is wrong with the packet.
  Lan lan;
  lan.pass();
  lan.unicast(64);
  lan.writer.ttl = 1;
  lan.writer.version = 2;
  lan.writer.password[0] = 'x';
  lan.writer.interval_cs = 200;
  lan.writer.destination = kGroup;
  int type = 2, count = 2;
  uint8_t bad_sum = 1;
  lan.alter = [&](auto& p) {
    p[20] = static_cast<uint8_t>((p[20] & 0xf0) | type);
    p[23] = static_cast<uint8_t>(count);
    lan.seal();
    p[26] ^= bad_sum;
  };
  const auto next = [&] { return lan.run().rejected->reason; };
  CHECK(next() == VrrpReject::kLength);
  count = 1;
  CHECK(next() == VrrpReject::kTtl);
  lan.writer.ttl = 255;
  lan.ours.version = 3;
  CHECK(next() == VrrpReject::kVersion);
  lan.ours.version = 2;
  CHECK(next() == VrrpReject::kAuthFailure);
  lan.writer.password[0] = '1';
  CHECK(next() == VrrpReject::kInterval);
  lan.writer.interval_cs = 100;
  CHECK(next() == VrrpReject::kType);
  type = 1;
  CHECK(next() == VrrpReject::kChecksum);
  bad_sum = 0;
  CHECK(next() == VrrpReject::kDestination);
  lan.writer.destination = kSelf;
  lan.peers = {{.address = ip("10.1.10.99"), .min_ttl = 0}};
  CHECK(next() == VrrpReject::kSource);
  lan.peers = {{.address = kPeer, .min_ttl = 0}};
  CHECK(lan.run().kind == Received::Kind::kAccepted);
}

}  // namespace
}  // namespace hawser::vrrp
