// SPDX-License-Identifier: MIT
// From sections to what runs.
#include <fmt/format.h>

#include "config/testing.h"
#include "vrrp/tracker.h"

using namespace hawser;

namespace {

std::vector<VrrpInstanceConfig> instances_of(std::string_view lines) {
  return config_of(fmt::format("vrrp web\ninterface eth0\nvrid 51\n{}", lines))->vrrp_instances;
}

// The addresses of the adverts, in their order.
std::string advertised(const VrrpInstanceConfig& instance) {
  std::string out;
  for (uint32_t i = 0; i < instance.advertised; ++i) {
    if (!out.empty()) out += ' ';
    out += instance.addresses[i].address.ip_text();
  }
  return out;
}

}  // namespace

TEST_CASE("a section of one family is one instance with the section's name") {
  const auto made = instances_of("virtual-address 192.0.2.1\n");
  REQUIRE(made.size() == 1);
  CHECK(made[0].name == "web");
  CHECK(made[0].family == AF_INET);
  CHECK(made[0].version == 2);
  CHECK(made[0].sync == kNoIndex);
}

TEST_CASE("a section of two families is two instances that move together") {
  const auto made = instances_of(
      "virtual-address 2001:db8::10\nvirtual-address 192.0.2.1\nvirtual-route default via "
      "192.0.2.254\nvirtual-route ::/0 via 2001:db8::ff\n"
      "heartbeat dev eth1\nheartbeat peer 10.0.0.2\n");
  REQUIRE(made.size() == 2);
  CHECK(made[0].name == "web/4");
  CHECK(made[1].name == "web/6");
  CHECK(made[1].version == 3);
  CHECK(made[0].sync == 0);
  CHECK(made[1].sync == 0);
  REQUIRE(made[0].routes.size() == 1);
  CHECK(made[0].routes[0].family == AF_INET);
  REQUIRE(made[1].routes.size() == 1);
  CHECK(made[1].routes[0].family == AF_INET6);
  CHECK(made[0].heartbeats.size() == 2);
  CHECK(made[1].heartbeats.size() == 1);
}

TEST_CASE("an interval under a second, or IPv6, means version 3") {
  CHECK(instances_of("virtual-address 192.0.2.1\nadvert 500ms\n")[0].version == 3);
  CHECK(instances_of("virtual-address 192.0.2.1\nversion 3\n")[0].version == 3);
  CHECK(instances_of("virtual-address 2001:db8::1\nversion 2\n")[0].version == 3);
}

TEST_CASE("IPv6 adverts begin with a link-local address") {
  CHECK(advertised(instances_of("virtual-address 2001:db8::10\n")[0]) ==
        "fe80::200:5eff:fe00:233 2001:db8::10");
  CHECK(
      advertised(instances_of("virtual-address 2001:db8::10\nvirtual-address fe80::99/64\n")[0]) ==
      "fe80::99 2001:db8::10");
  CHECK(advertised(instances_of("virtual-address 2001:db8::10\nlink-local none\n")[0]) ==
        "2001:db8::10");
}

TEST_CASE("what is not advertised is held, by the only instance where its family has none") {
  const auto made = instances_of(
      "virtual-address 192.0.2.2 not-advertised\nvirtual-address 192.0.2.1\n"
      "virtual-address 2001:db8::10 not-advertised\n");
  REQUIRE(made.size() == 1);
  CHECK(advertised(made[0]) == "192.0.2.1");
  REQUIRE(made[0].addresses.size() == 3);
  CHECK(made[0].addresses[1].address.ip_text() == "192.0.2.2");
  CHECK(made[0].addresses[2].address.ip_text() == "2001:db8::10");
}

TEST_CASE("sources and peers go to the instance of their family") {
  const auto made = instances_of(
      "virtual-address 192.0.2.1\nvirtual-address 2001:db8::10\nunicast-source 192.0.2.7\n"
      "unicast-source 2001:db8::7\npeer 192.0.2.8\npeer 2001:db8::8\n");
  REQUIRE(made.size() == 2);
  CHECK(made[0].source->ip_text() == "192.0.2.7");
  CHECK(made[1].source->ip_text() == "2001:db8::7");
  REQUIRE(made[1].peers.size() == 1);
  CHECK(made[1].peers[0].address.ip_text() == "2001:db8::8");
}

TEST_CASE("the members of a group move together") {
  const auto config = config_of(
      "vrrp-group g\nmembers a b\n"
      "vrrp a\ninterface e\nvrid 1\nvirtual-address 192.0.2.1\nvirtual-address 2001:db8::1\n"
      "vrrp b\ninterface e\nvrid 2\nvirtual-address 192.0.2.2\n"
      "vrrp c\ninterface e\nvrid 3\nvirtual-address 192.0.2.3\nvirtual-address 2001:db8::3\n"
      "vrrp d\ndisabled\ninterface e\nvrid 4\nvirtual-address 192.0.2.4\n");
  REQUIRE(config->vrrp_instances.size() == 5);
  for (size_t i = 0; i < 3; ++i) CHECK(config->vrrp_instances[i].sync == 0);
  CHECK(config->vrrp_instances[3].sync == 1);
  CHECK(config->vrrp_groups[0]->members == std::vector<uint32_t>{0, 1});
  CHECK(complaints("vrrp-group g\nmembers a x\nvrrp a\ninterface e\nvrid 1\n"
                   "virtual-address 192.0.2.1\nvrrp-group h\nmembers a\n") ==
        "2:11 error: there is no vrrp section 'x' (one of: a)\n"
        "8:9 error: 'a' is in vrrp-group 'g' already");
}

TEST_CASE("the same thing is looked at once, whoever asks") {
  const auto config = config_of(
      "backend be\nserver s 127.0.0.1:1\nserver t 127.0.0.1:2\n"
      "timeout connect 1s\ntimeout server 1s\n"
      "vrrp a\ninterface e\nvrid 1\nvirtual-address 192.0.2.1\ntrack-interface eth1 weight -5\n"
      "track-backend be weight -5\n"
      "vrrp b\ninterface e\nvrid 2\nvirtual-address 192.0.2.2\ntrack-interface eth1\n"
      "track-backend be min-up 2 weight -5\nno track-proxy\n");
  const auto& a = config->vrrps[0]->tracks;
  const auto& b = config->vrrps[1]->tracks;
  REQUIRE(a.size() == 3);
  REQUIRE(b.size() == 2);
  CHECK(a[0].type->name == "proxy");
  CHECK(a[0].delay == Millis(500));
  CHECK(a[1].slot == b[0].slot);
  CHECK(a[2].slot != b[1].slot);  // one server and two servers are different questions
  CHECK(a[2].index == 0);
  CHECK(config->track_slots == 4);
}

TEST_CASE("every type of tracker has its keyword") {
  for (const TrackerType* type : Registry<TrackerType>::all()) {
    INFO(type->name);
    CHECK(Registry<Keyword>::find("track-" + std::string(type->name)) != nullptr);
  }
  CHECK(Registry<TrackerType>::all().size() == 7);
}

TEST_CASE("what is tracked must be there") {
  CHECK(complaints("vrrp-script chk_httpd\nno-file /x\nvrrp a\ninterface e\nvrid 1\n"
                   "virtual-address 192.0.2.1\ntrack-script chk_htpd\ntrack-frontend f\n") ==
        "7:14 error: there is no vrrp-script section 'chk_htpd' (did you mean 'chk_httpd'?)\n"
        "8:16 error: there is no frontend 'f'");
  CHECK(complaints("backend be\nserver s 127.0.0.1:1\ntimeout connect 1s\ntimeout server 1s\n"
                   "vrrp a\ninterface e\nvrid 1\nvirtual-address 192.0.2.1\n"
                   "track-backend be min-up 2\n") ==
        "9:1 error: backend 'be' has 1 server, so 2 can never be up");
}

TEST_CASE("a bind line on a virtual address needs no address on an interface") {
  const auto config = config_of(
      "frontend f\ntimeout client 1s\nbind 192.0.2.1:80\nbind 192.0.2.9:80\n"
      "bind [2001:db8::1]:80\n"
      "vrrp a\ninterface e\nvrid 1\nvirtual-address 192.0.2.1/24\nvirtual-address 2001:db8::1\n");
  const auto& binds = config->proxies[0]->binds;
  CHECK(binds[0].freebind);
  CHECK_FALSE(binds[1].freebind);
  CHECK(binds[2].freebind);
}

TEST_CASE("a virtual MAC address has an interface for each family") {
  const auto made =
      instances_of("virtual-mac\nvirtual-address 192.0.2.1\nvirtual-address 2001:db8::1\n");
  REQUIRE(made.size() == 2);
  CHECK(made[0].macvlan == "vrrp.51");
  CHECK(made[0].mac == std::array<uint8_t, 6>{0x00, 0x00, 0x5e, 0x00, 0x01, 51});
  CHECK(made[1].macvlan == "vrrp6.51");
  CHECK(made[1].mac == std::array<uint8_t, 6>{0x00, 0x00, 0x5e, 0x00, 0x02, 51});
  CHECK(instances_of("virtual-address 192.0.2.1\n")[0].macvlan.empty());
}

TEST_CASE("a chosen name is that of the only interface, or of the IPv4 one") {
  CHECK(instances_of("virtual-mac name vip0\nvirtual-address 2001:db8::1\n")[0].macvlan == "vip0");
  const auto both = instances_of(
      "virtual-mac name vip0\nvirtual-address 192.0.2.1\nvirtual-address 2001:db8::1\n");
  CHECK(both[0].macvlan == "vip0");
  CHECK(both[1].macvlan == "vip0.6");
  CHECK(instances_of("virtual-mac mac 02:00:00:00:00:07\nvirtual-address 192.0.2.1\n")[0].mac ==
        std::array<uint8_t, 6>{2, 0, 0, 0, 0, 7});
}
