// SPDX-License-Identifier: MIT
#include "vrrp/announce.h"

#include "base/testing.h"
#include "vrrp/checksum.h"
#include "vrrp/testing.h"

namespace hawser::vrrp {
namespace {

constexpr MacAddress kMac = {0x02, 0, 0, 0, 0, 0x06};

std::vector<Announcement> of(uint32_t ifindex, std::initializer_list<const char*> addresses) {
  std::vector<Announcement> what;
  for (const auto* address : addresses) what.push_back({ifindex, kMac, ip(address)});
  return what;
}

// Sends all that is due now: the last octets, in order.
std::string drain(AnnounceQueue& queue, int64_t now_ns) {
  std::string sent;
  while (const auto* what = queue.due(now_ns)) {
    sent += std::to_string(what->address.bytes[3]);
    queue.pop(now_ns);
  }
  return sent;
}

TEST_CASE("gratuitous ARP asks everybody for the own address", "[vrrp]") {
  const auto frame = garp_frame(kMac, ip("10.1.10.7"));
  CHECK(std::vector<uint8_t>(frame.begin(), frame.end()) ==
        hex("ffffffffffff 020000000006 0806 0001 0800 06 04 0001"
            "020000000006 0a010a07 ffffffffffff 0a010a07"));
}

TEST_CASE("a gratuitous reply has both of its addresses twice", "[vrrp]") {
  const auto frame = garp_frame(kMac, ip("10.1.10.7"), ArpForm::kReply);
  CHECK(std::vector<uint8_t>(frame.begin(), frame.end()) ==
        hex("ffffffffffff 020000000006 0806 0001 0800 06 04 0002"
            "020000000006 0a010a07 020000000006 0a010a07"));
}

TEST_CASE("a neighbour advertisement overrides, and says whether it is a router's", "[vrrp]") {
  const auto frame = na_frame(kMac, ip("fe80::7"), true);
  CHECK(std::vector<uint8_t>(frame.begin(), frame.begin() + 56) ==
        hex("333300000001 020000000006 86dd 60000000 0020 3a ff"
            "fe800000000000000000000000000007 ff020000000000000000000000000001 8800"));
  CHECK(std::vector<uint8_t>(frame.begin() + 58, frame.end()) ==
        hex("a0000000 fe800000000000000000000000000007 0201 020000000006"));
  CHECK(na_frame(kMac, ip("fe80::7"), false)[58] == 0x20);
  // RFC 4443, section 2.3: the sum over pseudo-header and message comes out as nothing.
  auto summed = hex("00000020 0000003a");
  summed.insert(summed.end(), frame.begin() + 22, frame.end());
  CHECK(internet_checksum(summed) == 0);
}

TEST_CASE("repetitions of a burst go round the addresses", "[vrrp]") {
  AnnounceQueue queue;
  queue.add(1, of(2, {"10.0.0.1", "10.0.0.2"}), 3, 100, 0, 0);
  CHECK(queue.next_ns() == 100);
  CHECK(drain(queue, 99).empty());
  CHECK(drain(queue, 100) == "121212");
  CHECK(queue.next_ns() == INT64_MAX);
}

TEST_CASE("a pace holds for an interface, whoever announces", "[vrrp]") {
  AnnounceQueue queue;
  queue.add(1, of(2, {"10.0.0.1"}), 2, 0, 10, 0);
  queue.add(2, of(2, {"10.0.0.2"}), 1, 0, 10, 0);
  queue.add(3, of(3, {"10.0.0.3"}), 1, 0, 10, 0);
  CHECK(drain(queue, 0) == "13");
  CHECK(queue.next_ns() == 10);
  CHECK(drain(queue, 10) == "1");
  CHECK(drain(queue, 20) == "2");
  CHECK(queue.next_ns() == INT64_MAX);
}

TEST_CASE("whoever asks again and again has two bursts at most, and gets to their end", "[vrrp]") {
  AnnounceQueue queue;
  std::string seen;
  for (int64_t now = 0; now < 400; ++now) {
    // A rival advertises every 3 time units; all addresses take 4, and a round 20 in all.
    if (now % 3 == 0) {
      queue.add(1, of(2, {"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"}), 5, now, 1, now);
      queue.add(1, of(2, {"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"}), 5, now + 50, 1, now);
    }
    REQUIRE(queue.bursts() <= 2);
    seen += drain(queue, now);
  }
  CHECK(seen.substr(0, 12) == "123412341234");
  CHECK(seen.size() == 400);
  for (int64_t now = 400; now < 600; ++now) drain(queue, now);
  CHECK(queue.bursts() == 0);
}

TEST_CASE("a burst that is asked for again later takes the new time", "[vrrp]") {
  AnnounceQueue queue;
  queue.add(1, of(2, {"10.0.0.1"}), 1, 50, 0, 0);
  queue.add(1, of(2, {"10.0.0.2"}), 2, 70, 0, 10);
  CHECK(queue.bursts() == 1);
  CHECK(drain(queue, 69).empty());
  CHECK(drain(queue, 70) == "22");
}

TEST_CASE("a successor sends what is left of the bursts, and nothing twice", "[vrrp]") {
  const auto what = of(2, {"10.0.0.1", "10.0.0.2", "10.0.0.3"});
  AnnounceQueue first;
  first.add(7, what, 2, 0, 10, 0);
  first.add(7, what, 1, 500, 10, 0);
  std::string sent;
  for (int64_t now = 0; now < 40; ++now) sent += drain(first, now);
  CHECK(sent == "1231");
  AnnounceQueue second;
  second.resume(3, what, first.left_of(7), 10);
  CHECK(second.bursts() == 2);
  for (int64_t now = 40; now < 600; ++now) sent += drain(second, now);
  CHECK(sent == "123123123");
  CHECK(second.left_of(3)[0].repeat == 0);
  // Other addresses than the predecessor's: from the first one on.
  AnnounceQueue third;
  third.resume(3, of(2, {"10.0.0.9"}), {BurstLeft{.at_ns = 0, .repeat = 2, .next = 2}}, 0);
  CHECK(drain(third, 0) == "99");
}

TEST_CASE("who gives up its addresses announces them no more", "[vrrp]") {
  AnnounceQueue queue;
  queue.add(1, of(2, {"10.0.0.1"}), 5, 0, 0, 0);
  queue.add(2, of(2, {"10.0.0.2"}), 1, 0, 0, 0);
  queue.cancel(1);
  CHECK(drain(queue, 0) == "2");
}

}  // namespace
}  // namespace hawser::vrrp
