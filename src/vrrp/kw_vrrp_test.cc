// SPDX-License-Identifier: MIT
// The keywords of vrrp sections: what they mean, and what is said about wrong ones.
#include <fmt/format.h>

#include "config/testing.h"

using namespace hawser;

namespace {

constexpr std::string_view kBase =
    "interface eth0\nvirtual-router-id 51\nvirtual-address 192.0.2.10/24\n";

VrrpConfig vrrp_of(std::string_view lines) {
  return *config_of(fmt::format("vrrp v\n{}{}\n", kBase, lines))->vrrps.at(0);
}

}  // namespace

TEST_CASE("a vrrp section says who is elected, and how") {
  const VrrpConfig vrrp = vrrp_of(
      "priority 120\nadvert-int 2\ndown-timer-adverts 4\nchecksum rfc9568\n"
      "preempt delay 300\npeer-priority 90\n");
  CHECK(vrrp.interface == "eth0");
  CHECK(vrrp.vrid == 51);
  CHECK(vrrp.priority == 120);
  CHECK(vrrp.advert == Millis(2000));
  CHECK(vrrp.down_timer_adverts == 4);
  CHECK(vrrp.checksum == VrrpChecksum::kRfc9568);
  CHECK(vrrp.preempt == VrrpPreempt::kDelayed);
  CHECK(vrrp.preempt_delay == Millis(300'000));
  CHECK(vrrp.peer_priority == 90);
  CHECK(vrrp_of("vrid 7").vrid == 7);
  CHECK(vrrp_of("advert 200ms").advert == Millis(200));
  CHECK(vrrp_of("no preempt").preempt == VrrpPreempt::kNo);
  CHECK(vrrp_of("no preempt\npreempt").preempt == VrrpPreempt::kYes);
}

TEST_CASE("a virtual address has all that moves with it") {
  const VirtualAddress address =
      vrrp_of(
          "virtual-address 192.0.2.11/25 dev eth1 label eth1:0 scope link brd 192.0.2.127 "
          "no-track not-advertised")
          .addresses.at(1);
  CHECK(address.address.ip_text() == "192.0.2.11");
  CHECK(address.prefix == 25);
  CHECK(address.interface == "eth1");
  CHECK(address.label == "eth1:0");
  CHECK(address.scope == 253);
  CHECK(address.broadcast->ip_text() == "192.0.2.127");
  CHECK(address.no_track);
  CHECK_FALSE(address.advertised);
  CHECK(vrrp_of("virtual-address 192.0.2.12").addresses.at(1).prefix == 32);
  CHECK(vrrp_of("virtual-address 2001:db8::1").addresses.at(1).prefix == 128);
  CHECK(vrrp_of("virtual-address 192.0.2.12 no-address").addresses.at(1).no_address);
}

TEST_CASE("routes and rules move as well") {
  const VrrpConfig vrrp = vrrp_of(
      "virtual-route default via 192.0.2.1 src 192.0.2.10 table 100 metric 5\n"
      "virtual-route 2001:db8:1::/48 dev eth1\n"
      "virtual-rule from 192.0.2.0/24 table main priority 1000\n");
  REQUIRE(vrrp.routes.size() == 2);
  CHECK_FALSE(vrrp.routes[0].to);
  CHECK(vrrp.routes[0].family == AF_INET);
  CHECK(vrrp.routes[0].via->ip_text() == "192.0.2.1");
  CHECK(vrrp.routes[0].table == 100);
  CHECK(vrrp.routes[0].metric == 5);
  CHECK(vrrp.routes[1].family == AF_INET6);
  CHECK(vrrp.routes[1].prefix == 48);
  REQUIRE(vrrp.rules.size() == 1);
  CHECK(vrrp.rules[0].from_prefix == 24);
  CHECK(vrrp.rules[0].table == 254);
}

TEST_CASE("nodes hear each other in several ways") {
  const VrrpConfig vrrp = vrrp_of(
      "unicast-source 192.0.2.1\npeer 192.0.2.2 min-ttl 254\npeer 192.0.2.3\n"
      "heartbeat dev eth1\nheartbeat peer 10.0.0.2 source 10.0.0.1\n");
  REQUIRE(vrrp.peers.size() == 2);
  CHECK(vrrp.peers[0].min_ttl == 254);
  CHECK(vrrp.sources.at(0).unicast);
  CHECK(vrrp.heartbeats.at(0).interface == "eth1");
  CHECK(vrrp.heartbeats.at(1).source->ip_text() == "10.0.0.1");
  CHECK(vrrp_of("multicast-group 224.0.4.18").multicast_group4->ip_text() == "224.0.4.18");
}

TEST_CASE("an arbiter is asked within its interval") {
  const auto usual = vrrp_of("arbiter ping 192.0.2.1").arbiter;
  CHECK(usual.ping->ip_text() == "192.0.2.1");
  CHECK(usual.interval == Millis(1000));
  CHECK(usual.timeout == Millis(1000));
  CHECK(usual.rise == 1);
  CHECK(usual.fall == 3);
  const auto quick =
      vrrp_of("arbiter ping 2001:db8::1 interval 200ms timeout 50ms rise 2 fall 4").arbiter;
  CHECK(quick.ping->family() == AF_INET6);
  CHECK(quick.interval == Millis(200));
  CHECK(quick.timeout == Millis(50));
  CHECK(quick.rise == 2);
  CHECK(quick.fall == 4);
  CHECK_FALSE(vrrp_of("arbiter ping 192.0.2.1\nno arbiter").arbiter.ping);
  CHECK_THAT(complaints(fmt::format("vrrp v\n{}arbiter ping 192.0.2.1 timeout 2s\n", kBase)),
             Catch::Matchers::Contains("the timeout of 2000ms is longer than the interval"));
}

TEST_CASE("one pipe is told of everything") {
  const auto fifo = config_of(fmt::format("vrrp-defaults\nnotify-fifo /run/none/events user root\n"
                                          "notify-fifo-script /bin/cat\nvrrp v\n{}",
                                          kBase))
                        ->vrrp_process.notify_fifo;
  CHECK(fifo.path == "/run/none/events");
  CHECK(fifo.user == "root");
  CHECK(fifo.script.text == "/bin/cat");
  const auto wrong = [](const char* line) {
    return complaints(fmt::format("vrrp-defaults\n{}\nvrrp v\n{}", line, kBase));
  };
  CHECK_THAT(wrong("notify-fifo events"), Catch::Matchers::Contains("is not an absolute path"));
  CHECK_THAT(wrong("notify-fifo /bin/sh"), Catch::Matchers::Contains("is no named pipe"));
  CHECK_THAT(wrong("notify-fifo /run/x user nobody-here"),
             Catch::Matchers::Contains("there is no user 'nobody-here'"));
  CHECK_THAT(wrong("notify-fifo-script /bin/cat"),
             Catch::Matchers::Contains("'notify-fifo-script' has no pipe to read"));
}

TEST_CASE("gratuitous ARP has two forms") {
  CHECK(vrrp_of("").garp.form == GarpForm::kRequest);
  CHECK(vrrp_of("garp form both").garp.form == GarpForm::kBoth);
  CHECK(vrrp_of("garp repeat 3 form reply").garp.form == GarpForm::kReply);
}

TEST_CASE("adverts prove where they come from") {
  const VrrpConfig pass = vrrp_of("authentication pass 1111");
  CHECK(pass.auth == VrrpAuth::kPass);
  CHECK(pass.password == std::array<uint8_t, 8>{'1', '1', '1', '1'});
  CHECK(vrrp_of("authentication ah abcdefgh").auth == VrrpAuth::kAh);
  CHECK(vrrp_of("authentication pass x\nno authentication").auth == VrrpAuth::kNone);
  const VrrpConfig hmac = vrrp_of(
      "version 3\nauthentication hmac key 7 hex:000102030405060708090a0b0c0d0e0F\n"
      "authentication hmac mode permissive\n");
  REQUIRE(hmac.hmac_keys.size() == 1);
  CHECK(hmac.hmac_keys[0].id == 7);
  CHECK(hmac.hmac_keys[0].key.back() == 15);
  CHECK(hmac.hmac_keys[0].active);
  CHECK(hmac.hmac_mode == VrrpHmacMode::kPermissive);
  CHECK(hmac.hmac_by_time);
  CHECK_FALSE(vrrp_of("version 3\nauthentication hmac key 7 "
                      "hex:000102030405060708090a0b0c0d0e0f\n"
                      "authentication hmac anti-replay monotonic\n")
                  .hmac_by_time);
}

TEST_CASE("vrrp-defaults hold for the sections after it, and are replaced or added to") {
  const auto config = config_of(
      "vrrp-defaults\ninterface eth1\npriority 90\ngarp repeat 3 refresh 0\n"
      "startup-delay 5\ndelay-after-boot 15s\nrt-priority 0\nmlock off\n"
      "track-interface eth9 weight -10\n"
      "vrrp a\nvrid 1\nvirtual-address 192.0.2.1\npriority 200\ntrack-interface eth9 weight -20\n"
      "garp lower-prio repeat 2\n"
      "vrrp-defaults\ninterface eth2\n"
      "vrrp b\nvrid 1\nvirtual-address 192.0.2.2\n");
  const VrrpConfig& a = *config->vrrps[0];
  CHECK(a.interface == "eth1");
  CHECK(a.priority == 200);
  CHECK(a.garp.repeat == 3);
  CHECK(a.garp.refresh == Millis(0));
  CHECK(a.garp.lower_prio_repeat == 2);
  REQUIRE(a.tracks.size() == 2);  // track-proxy is the other one
  CHECK(a.tracks[1].weight == -20);
  const VrrpConfig& b = *config->vrrps[1];
  CHECK(b.interface == "eth2");
  CHECK(b.priority == 100);
  CHECK(config->vrrp_process.startup_delay == Millis(5000));
  CHECK(config->vrrp_process.delay_after_boot == Millis(15'000));
  CHECK(config->vrrp_process.rt_priority == 0);
  CHECK_FALSE(config->vrrp_process.mlock);
}

TEST_CASE("a wrong line of a vrrp section gets an exact answer") {
  const Complaint cases[] = {
      {"virtual-router-id 256", "19 error: <vrid> must be a whole number from 1 to 255, not '256'"},
      {"virtual_router_id 51",
       "1 error: unknown keyword 'virtual_router_id' in a 'vrrp' section (did you mean "
       "'virtual-router-id'?)"},
      {"state MASTER",
       "1 error: 'state' is a word of keepalived (leave it out: the priorities decide who is "
       "master; an address owner has 'priority 255')"},
      {"nopreempt", "1 error: 'nopreempt' is a word of keepalived (write 'no preempt')"},
      {"advert-int 15ms",
       "12 error: an advert interval is a multiple of 10ms up to 255s, not 15ms"},
      {"virtual-address 192.0.2.1 labeleth0:0",
       "27 error: unknown word 'labeleth0:0' (a blank is missing: write 'label eth0:0')"},
      {"virtual-address 192.0.2.1 lable eth0:0",
       "27 error: unknown word 'lable' (did you mean 'label'?)"},
      {"virtual-address 192.0.2.1 label eth0123456789:10",
       "33 error: the label 'eth0123456789:10' has 16 characters; the kernel takes 1 to 15"},
      {"virtual-address 2001:db8::1 label x", "35 error: only IPv4 addresses have labels"},
      {"virtual-address 192.0.2.300",
       "17 error: '192.0.2.300' is not an IP address (<address> looks like 192.0.2.10, "
       "192.0.2.10/24 or 2001:db8::10/64)"},
      {"virtual-address 192.0.2.1/33",
       "17 error: a prefix of an IPv4 network is a number up to 32, not '33'"},
      {"virtual-address 224.0.0.18", "17 error: '224.0.0.18' cannot be a virtual address"},
      {"virtual-address 127.0.0.1", "17 error: '127.0.0.1' cannot be a virtual address"},
      {"virtual-address 192.0.2.1 no-address not-advertised",
       "38 error: an address that is neither advertised nor put on an interface does nothing"},
      {"peer 192.0.2.2/24",
       "6 error: '192.0.2.2/24' is not an IP address (one address is wanted: write '192.0.2.2')"},
      {"multicast-group 192.0.2.1",
       "17 error: '192.0.2.1' is not a multicast address (those of IPv4 are 224.0.0.0 to "
       "239.255.255.255)"},
      {"authentication pass frSAmesXYSSFmw",
       "21 error: a VRRP password has at most 8 characters, and this one 14 (keepalived cuts "
       "longer "
       "ones to 'frSAmesX', which its users write here)"},
      {"authentication simple x",
       "16 error: unknown kind of authentication 'simple' (one of: pass, ah, hmac)"},
      {"authentication hmac key 1 hex:0011", "27 error: a key has 16 to 64 bytes, and this one 2"},
      {"authentication hmac key 1 hex:001",
       "27 error: after 'hex:' an even number of hexadecimal digits is needed"},
      {"authentication hmac key 1 file:/dev/zero", "27 error: '/dev/zero' is not a file"},
      {"heartbeat dev eth1 peer 10.0.0.2",
       "1 error: a heartbeat goes to an interface or to a peer, not both (usage: heartbeat dev "
       "<interface> | heartbeat peer <address> source <address>)"},
      {"heartbeat dev eth1 source 10.0.0.1",
       "1 error: 'source' belongs to 'heartbeat peer' (on an interface, adverts come from its own "
       "address)"},
      {"virtual-route 10.0.0.0/8",
       "1 error: a route needs a gateway or an interface (add 'via <address>' or 'dev "
       "<interface>')"},
      {"virtual-route 10.8.0.5/13 dev eth1",
       "15 error: '10.8.0.5/13' is an address in a network, not the network (write '10.8.0.0/13')"},
      {"virtual-route 2001:db8:1:2::/33 dev eth1",
       "15 error: '2001:db8:1:2::/33' is an address in a network, not the network (write "
       "'2001:db8::/33')"},
      {"virtual-rule table 100",
       "1 error: a rule that holds for all packets is not possible (add 'from <network>', 'to "
       "<network>', 'iif <interface>' or 'fwmark <mark>')"},
      {"virtual-mac mac 01:00:5e:00:00:12",
       "17 error: '01:00:5e:00:00:12' is the address of a group, not of one station"},
      {"track-interface eth1 weight -300",
       "29 error: <weight> must be a whole number from -253 to 253, not '-300'"},
      {"track-file maintenance",
       "12 error: 'maintenance' is not an absolute path (the processes do not run in the directory "
       "that you are in)"},
      {"track-proxy deadline 10ms",
       "22 error: a busy worker may be silent for 50ms; a deadline is no shorter"},
      {"startup-delay 5s",
       "1 error: 'startup-delay' is not allowed in a 'vrrp' section (it belongs to: "
       "vrrp-defaults)"},
      {"timeout 5s",
       "1 error: 'timeout' is not allowed in a 'vrrp' section (it belongs to: vrrp-script)"},
      {"email-alert to ops@",
       "16 error: 'ops@' is not a mail address (it looks like "
       "ops@example.com)"},
      {"notify-user nobody-at-all", "13 error: there is no user 'nobody-at-all'"},
      {"preempt delya 5s", "9 error: unknown <option> 'delya' (did you mean 'delay'?)"},
      {"no interface", "1 error: 'no' cannot stand before 'interface'"},
  };
  for (const Complaint& c : cases) {
    INFO(c.line);
    CHECK(complaint("vrrp v", c.line) == c.text);
  }
}

TEST_CASE("a mistyped timeout of a proxy is not called a timeout of a script") {
  CHECK(complaint("backend b", "timeout conect 5s") ==
        "9 error: unknown keyword 'timeout conect' (did you mean 'timeout connect'?)");
  CHECK(complaint("backend b", "email-alert to a@b") ==
        "1 error: 'email-alert to' is known in HAProxy but not built yet (changes of state are "
        "logged; mails are sent for vrrp sections only)");
}

TEST_CASE("sections of one kind have different names") {
  CHECK(complaints("vrrp v\nvrid 1\ninterface e\nvirtual-address 192.0.2.1\nvrrp v\nvrid 2\n") ==
        "5:6 error: vrrp section 'v' is already defined (first defined at test.cfg:1)");
  CHECK(complaints("vrrp-defaults x\n") ==
        "1:15 error: unexpected 'x' after 'vrrp-defaults' (it has no name: it holds for the vrrp "
        "sections up to the next vrrp-defaults)");
}
