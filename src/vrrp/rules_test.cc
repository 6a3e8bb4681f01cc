// SPDX-License-Identifier: MIT
// What the parser refuses because other programs fall into it in silence.
#include <fmt/format.h>

#include "config/testing.h"

using namespace hawser;

namespace {

// What is said about a section that has these lines besides what it needs, which is four lines.
std::string about(std::string_view lines) {
  return complaints(
      fmt::format("vrrp v\ninterface eth0\nvrid 51\nvirtual-address 192.0.2.1\n{}", lines));
}

}  // namespace

TEST_CASE("a section that says too little is told what is missing") {
  CHECK(complaints("vrrp v\n") ==
        "1:1 error: vrrp 'v' has no 'virtual-router-id' (give it a number from 1 to 255, the same "
        "on all nodes)\n"
        "1:1 error: vrrp 'v' has no 'interface'\n"
        "1:1 error: vrrp 'v' has no 'virtual-address'");
  CHECK(complaints("vrrp v\ninterface e\nvrid 1\nvirtual-address 192.0.2.1 not-advertised\n") ==
        "1:1 error: no address of vrrp 'v' is advertised (take 'not-advertised' off one of them)");
}

TEST_CASE("an interval must be possible in the version") {
  CHECK(about("version 2\nadvert 500ms\n") ==
        "6:1 error: 'v': an advert interval of 500ms is not possible in version 2, which counts "
        "seconds (write 'version 3' on all nodes)");
  CHECK(about("advert 1500ms\n") ==
        "5:1 error: 'v': an advert interval of 1500ms is not possible in version 2, which counts "
        "whole seconds (round it, or write 'version 3' on all nodes)");
  CHECK(about("version 3\nadvert 41s\n") ==
        "6:1 error: 'v': an advert interval of 41000ms is too long for VRRPv3 (40950ms is the "
        "longest)");
  CHECK(about("advert 255s\n").empty());
}

TEST_CASE("authentication must be possible in the version") {
  CHECK(about("version 3\nauthentication pass x\n") ==
        "6:1 error: 'v' has version 3, which has no passwords (leave 'authentication' out, or use "
        "'authentication hmac', or 'version 2')");
  CHECK(
      about("virtual-address 2001:db8::1\nauthentication pass x\n") ==
      "6:1 error: 'v/6' has version 3, which has no passwords (IPv6 always has version 3: put the "
      "IPv6 addresses into a section of their own)");
  CHECK(about("authentication hmac key 1 hex:00112233445566778899aabbccddeeff\n") ==
        "5:1 error: 'v' has version 2, which has no signatures (write 'version 3' on all nodes)");
  CHECK(about("version 3\nauthentication hmac key 1 hex:00112233445566778899aabbccddeeff\n"
              "authentication hmac key 2 hex:00112233445566778899aabbccddeefe\n") ==
        "7:1 error: none of the 2 keys of vrrp 'v' are 'active'; one is to be");
}

TEST_CASE("a number is used once on an interface and by family") {
  constexpr std::string_view kTwo =
      "{0}vrrp a\n{1}vrid 7\nvirtual-address 192.0.2.1\nvrrp b\n{2}vrid 7\nvirtual-address {3}\n";
  const auto said = [&](auto... parts) {
    return complaints(fmt::format(fmt::runtime(kTwo), parts...));
  };
  CHECK(said("", "interface e0\n", "interface e0\n", "192.0.2.2") ==
        "7:1 error: vrrp 'a' and 'b' both have virtual-router-id 7 for IPv4 on interface 'e0' (the "
        "other one is at test.cfg:3)");
  CHECK(said("vrrp-defaults\ninterface e0\n", "", "", "192.0.2.2") ==
        "7:1 error: vrrp 'a' and 'b' both have virtual-router-id 7 for IPv4 on interface 'e0' (the "
        "other one is at test.cfg:4)");
  CHECK(said("", "interface e0\n", "interface e1\n", "192.0.2.2").empty());
  CHECK(said("", "interface e0\n", "interface e0\n", "2001:db8::2").empty());
  CHECK(said("", "interface e0\nheartbeat dev e1\n", "interface e1\n", "192.0.2.2") ==
        "8:1 error: vrrp 'a' and 'b' both have virtual-router-id 7 for IPv4 on interface 'e1' (the "
        "other one is at test.cfg:4)");
}

TEST_CASE("an address moves with one section") {
  CHECK(about("virtual-address 192.0.2.1/24\n") ==
        "5:17 error: 192.0.2.1 is a virtual address of vrrp 'v' already (it is at test.cfg:4)");
}

TEST_CASE("priority 255 is for who has the address anyway") {
  CHECK(about("priority 255\n") ==
        "5:1 warning: priority 255 is for the owner of the addresses, but 192.0.2.1 is not an "
        "address of this machine (254 is the highest of the others)");
}

TEST_CASE("peers need each other's addresses") {
  CHECK(about("unicast-source 192.0.2.7\n") ==
        "5:1 error: vrrp 'v' has 'unicast-source' but no 'peer' (add 'peer <address>', or write "
        "'multicast-source')");
  CHECK(about("multicast-source 192.0.2.7\npeer 192.0.2.8\n") ==
        "5:1 error: vrrp 'v' has peers, so nothing is sent to a group (write 'unicast-source')");
  CHECK(about("peer 192.0.2.8\n") ==
        "5:1 warning: 'v' has peers but no IPv4 'unicast-source' (without it adverts come from the "
        "interface's first address, which the peers must expect)");
  CHECK(about("unicast-source 192.0.2.8\npeer 192.0.2.8\n") ==
        "6:1 error: 192.0.2.8 is the node itself ('unicast-source'), not a peer");
  CHECK(about("unicast-source 192.0.2.7\npeer 192.0.2.8\npeer 2001:db8::8\n") ==
        "7:1 error: the peer 2001:db8::8 is IPv6, but vrrp 'v' has no IPv6 address to share");
  CHECK(about("unicast-source 192.0.2.7\npeer 192.0.2.8\nvirtual-address 2001:db8::1\n") ==
        "6:1 error: 'v/6' has IPv6 addresses to share but no IPv6 peer (add 'peer <IPv6 "
        "address>')");
}

TEST_CASE("a second heartbeat takes a second way") {
  CHECK(about("heartbeat dev eth0\n") ==
        "5:1 error: eth0 is the interface of vrrp 'v' already (a second heartbeat needs a second "
        "way: another interface, or a peer)");
}

TEST_CASE("what does not fit into an advert is refused") {
  std::string lines;
  for (int i = 1; i <= 90; ++i) lines += fmt::format("virtual-address 2001:db8::{:x}\n", i);
  CHECK(about(lines) ==
        "1:1 error: 'v/6' has 91 IPv6 addresses; 90 fit into an advert (mark the others "
        "'not-advertised' on all nodes)");
  CHECK(about(lines + "link-local none\n").empty());
}

TEST_CASE("a weight that can never move the addresses is an error with the sum in it") {
  CHECK(about("priority 100\npeer-priority 97\ntrack-interface e1 weight -2\n") ==
        "7:1 error: the weights of vrrp 'v' can never cause a failover: 100 - 2 = 98, and the peer "
        "has 97 (2 less are needed)");
  CHECK(about("priority 100\npeer-priority 98\ntrack-interface e1 weight -5\n").empty());
  CHECK(about("priority 100\npeer-priority 95\ntrack-interface e1 weight -5\n") ==
        "7:1 warning: when all trackers of vrrp 'v' fail, both nodes are equal: 100 - 5 = 95, and "
        "the peer has 95 (the node with the higher address becomes master then; a larger weight "
        "decides)");
  // Two failures together may be enough.
  CHECK(about("priority 100\npeer-priority 92\ntrack-interface e1 weight -5\n"
              "track-interface e2 weight -5\n")
            .empty());
  // A weight above 0 is missing from the sum of a node that fails, and in that of the peer.
  CHECK(
      about("priority 100\npeer-priority 90\ntrack-interface e1 weight 5\n") ==
      "7:1 error: the weights of vrrp 'v' can never cause a failover: 100, and the peer has 90 + 5 "
      "= 95 (6 less are needed)");
  CHECK(about("priority 100\npeer-priority 98\ntrack-interface e1 weight 5\n").empty());
  // The backup's own weights do not decide.
  CHECK(about("priority 90\npeer-priority 100\ntrack-interface e1 weight -2\n").empty());
  // What a file says is not known.
  CHECK(about("priority 100\npeer-priority 50\ntrack-file /f weight -2\n").empty());
}

TEST_CASE("a weight has no effect at the ends of the range, nor without preemption") {
  CHECK(about("priority 254\ntrack-interface e1 weight 5\n") ==
        "6:1 error: the weights of vrrp 'v' change nothing: 254 + 5 = 259, held at 254 when all is "
        "well, 254 when all fails (priorities are held between 1 and 254)");
  CHECK(
      about("no preempt\ntrack-interface e1 weight -5\n") ==
      "6:1 error: a weight can never move the addresses of vrrp 'v', which has 'no preempt' (take "
      "the weight off, so that a failure is a fault, or allow 'preempt')");
  CHECK(about("no preempt\ntrack-interface e1\n").empty());
}

TEST_CASE("interfaces of virtual MAC addresses are told apart") {
  CHECK(about("virtual-mac\n").empty());
  CHECK(about("virtual-mac name eth0\n") ==
        "5:1 error: eth0 is the interface of vrrp 'v' ('name' is for the interface that is made "
        "over the other one)");
  CHECK(about("interface lo\nvirtual-mac\n") ==
        "6:1 error: lo has no network below it, and no interface with a MAC address of its own can "
        "stand on it (name the interface of the network in 'interface')");
  CHECK(about("virtual-mac\nvrrp w\ninterface eth1\nvrid 51\nvirtual-address "
              "192.0.2.2\nvirtual-mac\n") ==
        "10:1 error: 'v' and 'w' would both have the interface vrrp.51 (give one of them "
        "'virtual-mac name <interface>')");
  CHECK(about("virtual-mac mac 02:00:00:00:00:07\nvirtual-address 2001:db8::1\n") ==
        "5:1 error: 'v/4' and 'v/6' would both have the MAC address 02:00:00:00:00:07 (a MAC "
        "address can be on an interface once; without 'mac' every one is different)");
  CHECK(about("virtual-mac name a-rather-long1\nvirtual-address 2001:db8::1\n") ==
        "5:1 error: the interface of 'v/6' would be called a-rather-long1.6, and a name has 15 "
        "characters at most (choose a shorter name)");
}

TEST_CASE("a route or a rule that two have is told") {
  constexpr std::string_view kOther =
      "vrrp w\ninterface eth1\nvrid 51\nvirtual-address 192.0.2.2\n";
  const auto both = [&](const char* first, const char* second) {
    return about(fmt::format("{}\n{}{}\n", first, kOther, second));
  };
  constexpr const char* kHint =
      " (the kernel has it once: it goes as soon as one of them is not master any more)";
  CHECK(both("virtual-route default via 192.0.2.8 table 7 metric 3",
             "virtual-route default via 192.0.2.9 table 7 metric 3") ==
        fmt::format("10:1 warning: the route default of table 7 with metric 3 is one of vrrp 'v' "
                    "already, at test.cfg:5{}",
                    kHint));
  CHECK(both("virtual-rule from 192.0.2.0/24 iif eth0 table 7",
             "virtual-rule iif eth0 from 192.0.2.0/24 table 7") ==
        fmt::format("10:1 warning: the rule from 192.0.2.0/24 iif eth0 for table 7 is one of vrrp "
                    "'v' already, at test.cfg:5{}",
                    kHint));
  CHECK(both("virtual-route default via 192.0.2.8", "virtual-route default via 192.0.2.8 metric 3")
            .empty());
  CHECK(
      both("virtual-route default via 192.0.2.8", "virtual-route default via 2001:db8::8").empty());
  CHECK(both("virtual-rule fwmark 7 table 7", "virtual-rule fwmark 8 table 7").empty());
}

TEST_CASE("who listens where no traffic is taken is told") {
  constexpr std::string_view kListener =
      "listen web\nmode tcp\ntimeout client 1s\ntimeout server 1s\ntimeout connect 1s\nbind "
      "192.0.2.1:80\nserver s 192.0.2.9:80\n";
  CHECK(about(fmt::format("no accept\n{}", kListener)) ==
        "11:6 warning: nobody can reach 192.0.2.1: vrrp 'v', whose address it is, has 'no accept' "
        "(leave 'no accept' out where the address is to serve, not to route)");
  CHECK(about(kListener).empty());
  CHECK_THAT(about(fmt::format("no accept\npriority 255\n{}", kListener)),
             !Catch::Matchers::Contains("nobody can reach"));
}
