// SPDX-License-Identifier: MIT
#include "vrrp/arbiter.h"

#include "base/testing.h"
#include "netlink/netns_testing.h"
#include "vrrp/testing.h"

namespace hawser::vrrp {
namespace {

constexpr uint64_t kToken = 0x8877'6655'4433'2211;

TEST_CASE("an echo request as the RFCs have it", "[vrrp]") {
  CHECK(echo_request(AF_INET, kToken, 1) == hex("0800 d587 1122 0001 1122334455667788"));
  CHECK(echo_request(AF_INET6, kToken, 1) == hex("8000 0000 1122 0001 1122334455667788"));
}

TEST_CASE("only an answer to a request of ours is one", "[vrrp]") {
  const auto answer = hex("0000 0000 1122 0102 1122334455667788");
  auto packet = hex("45000024 00000000 40010000 c0000201 c0000202");
  packet.insert(packet.end(), answer.begin(), answer.end());
  CHECK(echo_answer(AF_INET, kToken, packet) == 0x0102);
  CHECK_FALSE(echo_answer(AF_INET, kToken + 1, packet));
  CHECK_FALSE(echo_answer(AF_INET6, kToken, packet));
  for (size_t size = 0; size < packet.size(); ++size) {
    CHECK_FALSE(echo_answer(AF_INET, kToken, std::span(packet).first(size)));
  }
  packet[20] = 8;
  CHECK_FALSE(echo_answer(AF_INET, kToken, packet));
  CHECK(echo_answer(AF_INET6, kToken, hex("8100 abcd 1122 ffff 1122334455667788")) == 0xffff);
}

struct Pinged {
  Pinged(const char* address, const char* interface) {
    section.interface = interface;
    section.arbiter = {.ping = *Address::parse_ip(address),
                       .interval = Millis(100),
                       .timeout = Millis(100),
                       .rise = 1,
                       .fall = 1};
    auto opened = Arbiter::open(loop, section, [this] { loop.stop(); });
    REQUIRE(opened);
    arbiter = std::move(opened).value();
  }
  // Until something was heard of it, two seconds at most.
  ArbiterRounds::State wait() {
    Timer limit(loop, [this] { loop.stop(); });
    limit.start(Millis(2000));
    loop.run();
    return arbiter->rounds().state();
  }
  Loop loop;
  VrrpConfig section;
  std::unique_ptr<Arbiter> arbiter;
};

TEST_CASE("an arbiter answers over both families", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  run("ip link set lo up");
  for (const char* address : {"127.0.0.1", "::1"}) {
    INFO(address);
    Pinged pinged(address, "lo");
    pinged.arbiter->start();
    CHECK(pinged.wait() == ArbiterRounds::State::kAnswers);
  }
}

TEST_CASE("an arbiter on a missing interface is silent until there is one", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  run("ip link set lo up");
  Pinged pinged("fe80::2", "hw0");
  pinged.arbiter->start();
  CHECK(pinged.wait() == ArbiterRounds::State::kSilent);
  run("ip link add hw0 type veth peer name hw1 && ip link set hw0 up && ip link set hw1 up && "
      "ip -6 addr add fe80::1/64 dev hw0 nodad && ip -6 addr add fe80::2/64 dev hw1 nodad");
  CHECK(pinged.wait() == ArbiterRounds::State::kAnswers);
}

}  // namespace
}  // namespace hawser::vrrp
