// SPDX-License-Identifier: MIT
#include "vrrp/sequence.h"

#include "base/testing.h"
#include "vrrp/testing.h"

namespace hawser::vrrp {
namespace {

TEST_CASE("one AH counter serves both directions", "[vrrp]") {
  AhSequence sequence;
  CHECK(sequence.next() == 1);
  CHECK(sequence.next() == 2);
  CHECK_FALSE(sequence.accepts(2));
  CHECK(sequence.accepts(3));
  sequence.receive(50, false);
  CHECK_FALSE(sequence.accepts(50));
  CHECK(sequence.next() == 51);
}

TEST_CASE("after an advert that lost to ours the counter is one further", "[vrrp]") {
  AhSequence sequence;
  sequence.receive(9, true);
  CHECK(sequence.value() == 10);
  CHECK(sequence.next() == 11);
}

TEST_CASE("near its end the AH counter begins again, on both sides", "[vrrp]") {
  AhSequence sender, receiver;
  sender.receive(0xffff'fffc, false);
  receiver.receive(0xffff'fffc, false);
  CHECK_FALSE(receiver.accepts(1));
  for (const uint32_t number : {0xffff'fffdu, 1u, 2u}) {
    CHECK(sender.next() == number);
    REQUIRE(receiver.accepts(number));
    receiver.receive(number, false);
  }
  CHECK_FALSE(receiver.accepts(1));
}

TEST_CASE("stamps are the time, and always later", "[vrrp]") {
  HmacSequence sequence;
  const int64_t now = 1'705'095'875 * kSecond + 500 * kMs;
  CHECK(sequence.next(now) == 0x65a1b2c3'8000'0000);
  CHECK(sequence.next(now) == 0x65a1b2c3'8000'0001);
  CHECK(sequence.next(now - kSecond) == 0x65a1b2c3'8000'0002);
  CHECK(sequence.next(now + kSecond) == 0x65a1b2c4'8000'0000);
  CHECK(HmacSequence().next(0x8000'0000 * kSecond) == 0x8000'0000'0000'0000);  // 2038
}

TEST_CASE("stamps are compared as serial numbers, per sender", "[vrrp]") {
  HmacSequence sequence;
  const Ip a = ip("10.0.0.1"), b = ip("10.0.0.2");
  CHECK(sequence.accepts(a, 1));
  sequence.receive(a, 100);
  CHECK_FALSE(sequence.accepts(a, 100));
  CHECK_FALSE(sequence.accepts(a, 99));
  CHECK(sequence.accepts(a, 101));
  CHECK(sequence.accepts(b, 1));
  sequence.receive(a, UINT64_MAX);
  CHECK(sequence.accepts(a, 0));  // 2106
  CHECK_FALSE(sequence.accepts(a, UINT64_MAX - 1));
}

TEST_CASE("of five senders the one silent for longest is forgotten", "[vrrp]") {
  HmacSequence sequence;
  const char* const senders[] = {"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"};
  for (const char* sender : senders) sequence.receive(ip(sender), 100);
  sequence.receive(ip("10.0.0.1"), 101);
  sequence.receive(ip("10.0.0.5"), 100);
  CHECK(sequence.accepts(ip("10.0.0.2"), 100));
  for (const char* sender : {"10.0.0.1", "10.0.0.3", "10.0.0.4", "10.0.0.5"}) {
    INFO(sender);
    CHECK_FALSE(sequence.accepts(ip(sender), 100));
  }
}

}  // namespace
}  // namespace hawser::vrrp
