// SPDX-License-Identifier: MIT
#include "vrrp/receive.h"

#include "base/testing.h"
#include "vrrp/receive_testing.h"

namespace hawser::vrrp {
namespace {

TEST_CASE("what a neighbour sends is accepted", "[vrrp]") {
  const struct {
    const char* what;
    void (*arrange)(Lan&);
  } rows[] = {
      {"version 2", [](Lan&) {}},
      {"with a password", [](Lan& lan) { lan.pass(); }},
      {"with AH", [](Lan& lan) { lan.with_ah(); }},
      {"version 3", [](Lan& lan) { lan.version3(); }},
      {"version 3 by the RFC",
       [](Lan& lan) {
         lan.version3();
         lan.writer.form = ChecksumForm::kPlain;
       }},
      {"signed", [](Lan& lan) { lan.with_hmac(); }},
      {"signed, where that is not needed",
       [](Lan& lan) {
         lan.with_hmac();
         lan.ours.trailer = &lan.permissive;
       }},
      {"not signed, where that is not needed",
       [](Lan& lan) {
         lan.version3();
         lan.ours.trailer = &lan.permissive;
       }},
      {"unicast", [](Lan& lan) { lan.unicast(0); }},
      {"unicast with TTL 64",
       [](Lan& lan) {
         lan.unicast(64);
         lan.writer.ttl = 64;
       }},
      {"priority 0", [](Lan& lan) { lan.priority = 0; }},
      {"with Ethernet's fill counted in",
       [](Lan& lan) { lan.alter = [](auto& p) { put_length(p, 46); }; }},
      {"as master", [](Lan& lan) { lan.role = VrrpState::kMaster; }},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    Lan lan;
    row.arrange(lan);
    const Received received = lan.run();
    INFO((received.rejected ? describe(*received.rejected) : ""));
    REQUIRE(received.kind == Received::Kind::kAccepted);
    CHECK(received.heard().from == kPeer);
    CHECK(received.heard().priority == lan.priority);
    CHECK(received.heard().interval_ns == kSecond);
    CHECK(received.form == lan.writer.form);
    CHECK_FALSE(received.addresses_differ);
    CHECK_FALSE(received.interval_differs);
    CHECK(received.is_signed == (lan.writer.trailer != nullptr));
  }
}

TEST_CASE("an accepted advert carries its sequence number on", "[vrrp]") {
  Lan lan;
  lan.with_ah();
  lan.run();
  const Received second = lan.run();
  CHECK(second.sequence.kind == SequenceSeen::Kind::kAh);
  CHECK(second.heard().sequence.number == 2);
  Lan v3;
  v3.with_hmac();
  const Received stamped = v3.run();
  CHECK(stamped.sequence.kind == SequenceSeen::Kind::kHmac);
  CHECK(stamped.sequence.number == uint64_t{1'000} << 32);
}

TEST_CASE("version 3 adopts another interval and says so", "[vrrp]") {
  Lan lan;
  lan.version3();
  lan.writer.interval_cs = 7;
  const Received received = lan.run();
  REQUIRE(received.kind == Received::Kind::kAccepted);
  CHECK(received.interval_differs);
  CHECK(received.heard().interval_ns == 70 * kMs);
}

TEST_CASE("another address list is an alarm and no reason to refuse", "[vrrp]") {
  const Ip a = ip("10.1.10.7"), b = ip("10.1.10.8"), c = ip("10.1.10.9");
  const struct {
    std::vector<Ip> theirs, ours;
    bool differ, disjoint;
    const char* text;
  } rows[] = {
      {{a, b, c}, {a, b, c}, false, false, ""},
      {{c, a, b}, {a, b, c}, false, false, ""},
      {{a, b}, {a}, true, false, "it lists 10.1.10.8, which we do not have"},
      {{a}, {a, b}, true, false, "it lacks 10.1.10.8"},
      {{a, a}, {a, b}, true, false, "it lacks 10.1.10.8"},
      {{a, c}, {a, b}, true, false, "it lists 10.1.10.9, which we do not have; it lacks 10.1.10.8"},
      {{c}, {a}, true, true, "it lists 10.1.10.9, which we do not have; it lacks 10.1.10.7"},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    Lan lan;
    lan.vips = row.theirs;
    lan.our_vips = row.ours;
    const Received received = lan.run();
    REQUIRE(received.kind == Received::Kind::kAccepted);
    CHECK(received.addresses_differ == row.differ);
    CHECK(lan.expected.difference(received.advert) == row.text);
    CHECK(lan.expected.disjoint_from(received.advert) == row.disjoint);
  }
}

TEST_CASE("another VRID, and an instance that takes no part, are no errors", "[vrrp]") {
  for (const auto role : {VrrpState::kInit, VrrpState::kFault}) {
    Lan lan;
    lan.role = role;
    lan.writer.ttl = 1;
    CHECK(lan.run().kind == Received::Kind::kIgnored);
  }
  Lan other;
  other.writer.vrid = 152;
  other.writer.ttl = 1;
  CHECK(other.run().kind == Received::Kind::kIgnored);
}

TEST_CASE("an advert over IPv6 has no IP header here", "[vrrp]") {
  const auto payload = hex(kGoldenV3Ip6);
  const std::array vips = {ip("2001:db8::7"), ip("fe80::7")};
  const AddressSet addresses(vips);
  const ReceiveSettings ours{.family = AF_INET6,
                             .version = 3,
                             .vrid = 151,
                             .source = ip("fe80::5"),
                             .addresses = &addresses};
  Datagram datagram{.source = ip("fe80::6"),
                    .destination = ip("ff02::12"),
                    .protocol = kVrrpProtocol,
                    .ttl = 255,
                    .ip_header = {},
                    .payload = payload};
  const auto kind = [&] { return receive(datagram, ours, VrrpState::kBackup, {}, 0); };
  CHECK(kind().kind == Received::Kind::kAccepted);
  CHECK_FALSE(kind().addresses_differ);
  datagram.ttl = 64;
  CHECK(kind().rejected->reason == VrrpReject::kTtl);
  datagram.ttl = 255;
  datagram.source = ip("fe80::9");
  CHECK(kind().rejected->reason == VrrpReject::kChecksum);
}

}  // namespace
}  // namespace hawser::vrrp
