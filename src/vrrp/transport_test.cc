// SPDX-License-Identifier: MIT
#include "vrrp/transport.h"

#include <errno.h>
#include <net/if.h>

#include <vector>

#include "base/shortage_testing.h"
#include "netlink/netns_testing.h"
#include "vrrp/testing.h"

namespace hawser::vrrp {
namespace {

struct Heard {
  std::vector<uint8_t> bytes;
  Ip source, destination;
  int ttl;
  uint32_t ifindex;
  int64_t age_ns;
};

// Two ends of a cable in one namespace: the loop of multicast is off, so that each hears only the
// other.
struct Wire {
  Wire() {
    run("ip link add w0 type veth peer name w1 && ip link set w0 up && ip link set w1 up && "
        "ip addr add 10.1.10.6/24 dev w0 && sysctl -qw net.ipv4.conf.all.rp_filter=0 "
        "net.ipv4.conf.w1.rp_filter=0 net.ipv4.conf.w1.accept_local=1 "
        "net.ipv4.conf.all.accept_local=1 && ip -6 addr add fe80::6/64 dev w0 nodad");
  }
  // Runs the loop until something was heard, two seconds at most.
  bool wait() {
    heard.clear();
    Timer limit(loop, [this] { loop.stop(); });
    limit.start(Millis(2000));
    loop.run();
    return !heard.empty();
  }
  Loop loop;
  std::vector<Heard> heard;
  Transport transport{loop, [this](const ReceivedPacket& packet) {
                        heard.push_back({{packet.bytes.begin(), packet.bytes.end()},
                                         packet.source,
                                         packet.destination,
                                         packet.ttl,
                                         packet.ifindex,
                                         monotonic_ns() - packet.at_ns});
                        loop.stop();
                      }};
};

TEST_CASE("paths that cannot be opened are kept and tried again", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  Wire wire;
  const PathKey out{112, "w0", ip("224.0.0.18"), {}}, in{112, "w1", ip("224.0.0.18"), {}};
  {
    const FdShortage shortage(0);
    CHECK_FALSE(wire.transport.listen(in));
    CHECK_FALSE(wire.transport.listen(in));  // somebody else's
    CHECK_FALSE(wire.transport.prepare_to_send(out));
    CHECK_FALSE(wire.transport.try_again());
  }
  CHECK(wire.transport.problem_of(in, out).error().code == EMFILE);
  CHECK(wire.transport.try_again());
  CHECK(wire.transport.problem_of(in, out));
  CHECK_FALSE(wire.transport.try_again());
  wire.transport.close_listening(in);
  auto packet = hex(kGoldenIpHeader);
  const auto advert = hex(kGoldenPass);
  packet.insert(packet.end(), advert.begin(), advert.end());
  REQUIRE(wire.transport.send(out, packet, ip("10.1.10.6"), ip("224.0.0.18")));
  CHECK(wire.wait());
}

TEST_CASE("adverts over IPv4 arrive as they were sent", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  Wire wire;
  const PathKey out{112, "w0", ip("224.0.0.18"), {}}, in{112, "w1", ip("224.0.0.18"), {}};
  REQUIRE(wire.transport.listen(in));
  REQUIRE(wire.transport.prepare_to_send(out));
  auto packet = hex(kGoldenIpHeader);
  const auto advert = hex(kGoldenPass);
  packet.insert(packet.end(), advert.begin(), advert.end());
  REQUIRE(wire.transport.send(out, packet, ip("10.1.10.6"), ip("224.0.0.18")));
  REQUIRE(wire.wait());
  CHECK(wire.heard[0].bytes == packet);
  CHECK(wire.heard[0].source == ip("10.1.10.6"));
  CHECK(wire.heard[0].destination == ip("224.0.0.18"));
  CHECK(wire.heard[0].ttl == 255);
  CHECK(wire.heard[0].ifindex == if_nametoindex("w1"));
  CHECK(wire.heard[0].age_ns >= 0);
  CHECK(wire.heard[0].age_ns < 2 * kSecond);
}

TEST_CASE("adverts over IPv6 get their checksum from the kernel", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  Wire wire;
  const PathKey out{112, "w0", ip("ff02::12"), {}}, in{112, "w1", ip("ff02::12"), {}};
  REQUIRE(wire.transport.listen(in));
  REQUIRE(wire.transport.prepare_to_send(out));
  const auto advert = hex(kGoldenV3Ip6);
  auto unsummed = advert;
  unsummed[6] = unsummed[7] = 0;
  REQUIRE(wire.transport.send(out, unsummed, ip("fe80::6"), ip("ff02::12")));
  REQUIRE(wire.wait());
  CHECK(wire.heard[0].bytes == advert);
  CHECK(wire.heard[0].source == ip("fe80::6"));
  CHECK(wire.heard[0].destination == ip("ff02::12"));
  CHECK(wire.heard[0].ttl == 255);
}

TEST_CASE("a path is opened when its interface comes, and anew when it comes back",
          "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  Loop loop;
  Transport transport(loop, [](const ReceivedPacket&) {});
  const PathKey path{112, "w0", ip("224.0.0.18"), {}};
  auto packet = hex(kGoldenIpHeader);
  packet.resize(40);
  const auto send = [&] {
    return bool(transport.send(path, packet, ip("10.1.10.6"), ip("224.0.0.18")));
  };
  REQUIRE(transport.listen(path));
  REQUIRE(transport.prepare_to_send(path));
  CHECK(!send());
  for (int i = 0; i < 2; ++i) {
    Wire wire;
    CHECK(transport.interface_changed("w0", if_nametoindex("w0")));
    CHECK(send());
    CHECK(run("cat /proc/net/igmp").find("120000E0") != std::string::npos);
    run("ip link del w0");
    CHECK(transport.interface_changed("w0", 0));
    CHECK(!send());
  }
}

}  // namespace
}  // namespace hawser::vrrp
