// SPDX-License-Identifier: MIT
// An advert that was recorded and is sent again; nodes whose clocks differ, and nodes that start
// anew.
#include "base/testing.h"
#include "vrrp/election_testing.h"
#include "vrrp/receive_testing.h"

namespace hawser::vrrp {
namespace {

// A sender and a receiver, each with a clock and a memory of its own.
struct Watched : Lan {
  explicit Watched(bool by_time) {
    with_hmac();
    ours.trailer_by_time = by_time;
  }
  // What the sender would send now.
  std::vector<uint8_t> write() {
    run();
    return packet;
  }
  // The verdict of the receiver, who remembers what it accepts.
  std::string hear(const std::vector<uint8_t>& advert) {
    const Received received = receive(*read_ipv4(advert), ours, VrrpState::kBackup, heard, unix_ns);
    if (received.kind != Received::Kind::kAccepted) return describe(*received.rejected);
    heard.hmac.receive(received.source, received.sequence.number);
    return "accepted";
  }
  void sender_starts_anew() { sender = {}; }
  void receiver_starts_anew() { heard = {}; }
};

constexpr const char* kReplay = "its auth_hmac time stamp is not later than the last one: a replay";
constexpr const char* kStale = "its auth_hmac time stamp is too far from our clock";

TEST_CASE("an advert is good once, whatever the clock says", "[vrrp]") {
  const bool by_time = GENERATE(true, false);
  Watched lan(by_time);
  const auto first = lan.write(), second = lan.write();
  CHECK(lan.hear(first) == "accepted");
  CHECK(lan.hear(first) == kReplay);
  CHECK(lan.hear(second) == "accepted");
  CHECK(lan.hear(first) == kReplay);
  CHECK(lan.hear(second) == kReplay);
  lan.unix_ns += kSecond;
  CHECK(lan.hear(second) == kReplay);
}

TEST_CASE("what was lost on the way cannot be delivered later", "[vrrp]") {
  Watched lan(false);
  const auto lost = lan.write(), heard = lan.write();
  CHECK(lan.hear(heard) == "accepted");
  CHECK(lan.hear(lost) == kReplay);
}

TEST_CASE("clocks that differ are a reason to refuse where time counts", "[vrrp]") {
  constexpr int64_t kHour = 3600 * kSecond;
  for (const int64_t ahead : {-kHour, kHour}) {
    Watched by_time(true), monotonic(false);
    for (Watched* lan : {&by_time, &monotonic}) {
      const int64_t now = lan->unix_ns;
      lan->unix_ns = now + 2 * kHour + ahead;
      const auto advert = lan->write();
      lan->unix_ns = now + 2 * kHour;
      CHECK(lan->hear(advert) == (lan == &by_time ? kStale : "accepted"));
      CHECK(lan->hear(advert) == (lan == &by_time ? kStale : kReplay));
    }
  }
}

TEST_CASE("a sender that starts anew is heard, its old adverts are not", "[vrrp]") {
  const bool by_time = GENERATE(true, false);
  Watched lan(by_time);
  const auto old = lan.write();
  CHECK(lan.hear(old) == "accepted");
  lan.sender_starts_anew();
  lan.unix_ns += 50 * kMs;
  CHECK(lan.hear(lan.write()) == "accepted");
  CHECK(lan.hear(old) == kReplay);
}

TEST_CASE("a receiver that starts anew takes an old advert once, and only without its clock",
          "[vrrp]") {
  Watched by_time(true), monotonic(false);
  for (Watched* lan : {&by_time, &monotonic}) {
    const auto old = lan->write();
    lan->hear(old);
    lan->receiver_starts_anew();
    lan->unix_ns += 60 * kSecond;
    CHECK(lan->hear(old) == (lan == &by_time ? kStale : "accepted"));
    CHECK(lan->hear(lan->write()) == "accepted");
    CHECK_FALSE(lan->hear(old) == "accepted");
  }
}

// Its clock stood still while it was off, say. A router that hears another one goes on from there.
TEST_CASE("a sender whose clock was set back is heard after it has heard the others", "[vrrp]") {
  const bool follows = GENERATE(true, false);
  Watched lan(false);
  CHECK(lan.hear(lan.write()) == "accepted");
  lan.sender_starts_anew();
  lan.unix_ns -= 600 * kSecond;
  CHECK(lan.hear(lan.write()) == kReplay);

  Router router(3, 100);
  router.settings.follows_stamps = follows;
  router.start();
  HmacSequence other;
  const uint64_t stamp = other.next(lan.unix_ns + 600 * kSecond);
  router.hear("10.0.0.9", 90, kSecond, {SequenceSeen::Kind::kHmac, stamp});
  lan.sender = router->sequences();
  CHECK(lan.hear(lan.write()) == (follows ? "accepted" : kReplay));
  // A clock that is right again is ahead of what was heard.
  lan.unix_ns += 700 * kSecond;
  CHECK(lan.sender.hmac.next(lan.unix_ns) == HmacSequence().next(lan.unix_ns));
}

}  // namespace
}  // namespace hawser::vrrp
