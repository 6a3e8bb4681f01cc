// SPDX-License-Identifier: MIT
// What becomes of keepalived's lines. Whole files are in regtests/convert.
#include "vrrp/convert/convert.h"

#include <fmt/format.h>

#include "base/text.h"
#include "config/testing.h"

using namespace hawser;

namespace {

struct Converted {
  bool good = false;
  std::string text;  // without the table and the first comment
  std::string table;
  std::string messages;  // "LINE: TEXT (HINT)", one a line
};

Converted convert(std::string_view text, const std::string& id = "node1") {
  Diag diag;
  keepalived::Reader reader(
      id, [](const std::string&, const std::string&) { return Error{"no files here"}; }, diag);
  const auto done = convert_keepalived("k.conf", std::string(text), reader, diag);
  Converted out;
  out.good = done.has_value();
  for (const Diagnostic& found : diag.all()) {
    if (!out.messages.empty()) out.messages += '\n';
    out.messages += fmt::format("{}: {}", found.pos.line, found.text);
    if (!found.hint.empty()) out.messages += fmt::format(" ({})", found.hint);
  }
  if (!done) return out;
  const size_t begin = done->find("\n\n"), end = done->find("\n\n#\n# What became of");
  REQUIRE(begin != std::string::npos);
  REQUIRE(end != std::string::npos);
  out.text = begin == end ? "" : done->substr(begin + 2, end - begin - 1);
  out.table = done->substr(end + 2);
  return out;
}

// The lines of an instance that has `lines` besides what it needs, without their indentation.
std::string instance(std::string_view lines, std::string_view before = {}) {
  const auto done =
      convert(fmt::format("{}\nvrrp_instance V {{\ninterface e\nvirtual_router_id "
                          "1\nvirtual_ipaddress {{\n192.0.2.1\n}}\n"
                          "{}\n}}\n",
                          before, lines));
  INFO(done.messages);
  REQUIRE(done.good);
  const size_t begin = done.text.find("vrrp V\n");
  std::string out;
  for (const std::string_view line : split(std::string_view(done.text).substr(begin + 7), '\n')) {
    std::string squeezed;
    for (const char c : trim(line)) {
      if (c != ' ' || !squeezed.ends_with(' ')) squeezed += c;
    }
    if (squeezed == "interface e" || squeezed == "virtual-router-id 1" ||
        squeezed == "virtual-address 192.0.2.1" || squeezed.empty()) {
      continue;
    }
    out += squeezed + ";";
  }
  return out;
}

std::string messages(std::string_view lines, std::string_view before = {}) {
  return convert(fmt::format("{}\nvrrp_instance V {{\ninterface e\nvirtual_router_id 1\n"
                             "virtual_ipaddress {{\n192.0.2.1\n}}\n{}\n}}\n",
                             before, lines))
      .messages;
}

}  // namespace

TEST_CASE("the smallest instance") {
  const auto done = convert(
      "vrrp_instance VI_1 {\n state BACKUP\n interface eth0\n virtual_router_id 51\n priority 50\n"
      " advert_int 1\n authentication {\n auth_type PASS\n auth_pass 1111\n }\n"
      " virtual_ipaddress {\n 192.0.2.1/24 dev eth0 label eth0:1\n }\n}\n");
  CHECK(done.messages == "");
  CHECK(done.text ==
        "vrrp VI_1\n"
        "    interface         eth0\n"
        "    virtual-router-id 51\n"
        "    priority          50\n"
        "    advert-int        1s\n"
        "    authentication    pass 1111\n"
        "    virtual-address   192.0.2.1/24 dev eth0 label eth0:1\n");
  CHECK_THAT(done.table, Catch::Matchers::Contains("#    4  virtual_router_id 51\n"
                                                   "#         -> virtual-router-id 51\n"));
  CHECK(complaints(done.text) == "");
}

TEST_CASE("plain keywords keep their meaning") {
  CHECK(instance("priority 100\nstate MASTER") == "priority 100;");
  CHECK(instance("nopreempt") == "no preempt;");
  CHECK(instance("preempt_delay 300") == "preempt delay 300s;");
  CHECK(instance("garp_master_delay 3\ngarp_lower_prio_repeat 2") ==
        "garp delay 3s;garp lower-prio repeat 2;");
  CHECK(instance("unicast_src_ip 10.0.0.1\nunicast_peer {\n10.0.0.2 min_ttl 254\n}") ==
        "unicast-source 10.0.0.1;peer 10.0.0.2 min-ttl 254;");
  CHECK(instance("mcast_src_ip 10.0.0.1") == "multicast-source 10.0.0.1;");
  CHECK(instance("version 3\nadvert_int 0.2") == "version 3;advert-int 200ms;");
  CHECK(instance("virtual_ipaddress_excluded {\n2001:db8::1 dev e\n}") ==
        "virtual-address 2001:db8::1 dev e not-advertised;");
  CHECK(instance("virtual_routes {\nsrc 192.0.2.1 to 10.0.0.0/8 via 192.0.2.254 dev e\n"
                 "default via 192.0.2.254\n}") ==
        "virtual-route 10.0.0.0/8 src 192.0.2.1 via 192.0.2.254 dev e;"
        "virtual-route default via 192.0.2.254;");
  CHECK(instance("virtual_rules {\nfrom 192.0.2.0/24 lookup 100 prio 5\n}") ==
        "virtual-rule from 192.0.2.0/24 table 100 priority 5;");
  CHECK(instance("use_vmac") == "virtual-mac;");
  CHECK(instance("use_vmac vip0 02:00:00:00:01\nvmac_xmit_base") ==
        "virtual-mac name vip0 mac 02:00:00:00:01:01 xmit-base;");
  CHECK(instance("no_accept") == "no accept;");
  CHECK(instance("accept").empty());
  // Their `reverse` turns the sign of what is added round, ours changes places of up and down.
  CHECK(instance("track_interface {\neth1 weight 5 reverse\n}") ==
        "track-interface eth1 weight -5 reverse;");
  CHECK(instance("track_interface {\neth1\neth2 weight -10\n}") ==
        "track-interface eth1;track-interface eth2 weight -10;");
  CHECK(instance("notify_master \"/x/n.sh master\" root\nnotify /x/n.sh") ==
        "notify-user root;notify-master \"/x/n.sh master\";notify /x/n.sh;");
}

TEST_CASE("auth_hmac becomes our own") {
  constexpr const char* kDigits = "000102030405060708090a0b0c0d0e0f";
  const std::string hex = fmt::format("version 3\nauth_hmac {{\nkey 1 {}\n}}", kDigits);
  CHECK(instance(hex.c_str()) ==
        fmt::format("version 3;authentication hmac key 1 hex:{} active;", kDigits));
  const std::string two = fmt::format(
      "version 3\nauth_hmac {{\nkey 1 0x{}\nkey 2 \"correct horse battery\"\nactive_key 2\n"
      "anti_replay monotonic\nmode receive-only\n}}",
      kDigits);
  CHECK(instance(two.c_str()) ==
        fmt::format("version 3;authentication hmac key 1 hex:{};"
                    "authentication hmac key 2 hex:636f727265637420686f7273652062617474657279 "
                    "active;authentication hmac anti-replay monotonic;"
                    "authentication hmac mode receive-only;",
                    kDigits));
}

TEST_CASE("pipes for events become one") {
  const Converted done = convert(
      "global_defs {\nvrrp_notify_fifo /run/ka.fifo ops\nvrrp_notify_fifo_script /bin/cat\n"
      "notify_fifo /run/all.fifo\n}\n"
      "vrrp_instance A {\nvirtual_router_id 1\nvirtual_ipaddress {\n192.0.2.1\n}\n}\n");
  CHECK_THAT(done.text, Catch::Matchers::Contains("notify-fifo       /run/ka.fifo user ops\n"));
  CHECK_THAT(done.text, Catch::Matchers::Contains("notify-fifo-script /bin/cat\n"));
  CHECK(done.messages == "4: there is one pipe for all (left out)");
}

TEST_CASE("global_defs and what refers to them") {
  CHECK(instance("smtp_alert",
                 "global_defs {\nnotification_email {\na@x\n}\n"
                 "notification_email_from b@x\nsmtp_server 10.0.0.25 2525\n}") ==
        "email-alert mailers keepalived;email-alert to a@x;email-alert from b@x;");
  CHECK(instance("track_file {\nf weight 2\n}", "track_file f {\nfile /run/f\n}") ==
        "track-file /run/f weight 2;");
  CHECK(instance("track_process {\np\n}",
                 "vrrp_track_process p {\nprocess httpd\nquorum 2\ndelay 1.5\n}") ==
        "track-process httpd quorum 2 delay 1500ms;");
  const auto done = convert(
      "global_defs {\nvrrp_mcast_group4 224.0.4.18\nvrrp_garp_master_refresh 30\n}\n"
      "vrrp_sync_group G {\ngroup {\nA\n}\nnotify_master /x\n}\n"
      "vrrp_instance A {\nvirtual_router_id 1\nvirtual_ipaddress {\n192.0.2.1\n}\n}\n");
  CHECK(done.messages == "");
  CHECK(done.text ==
        "vrrp-defaults\n"
        "    multicast-group   224.0.4.18\n"
        "    garp              refresh 30s\n"
        "    notify-user       root\n"
        "\n"
        "vrrp A\n"
        "    interface         eth0\n"
        "    virtual-router-id 1\n"
        "    virtual-address   192.0.2.1\n"
        "\n"
        "vrrp-group G\n"
        "    members           A\n"
        "    notify-master     /x\n");
}

TEST_CASE("a test of a file needs no shell") {
  const auto script = [](std::string_view command) {
    const auto done = convert(fmt::format("vrrp_script s {{\nscript \"{}\"\n}}\n", command));
    std::string out;
    for (const std::string_view line : split(done.text, '\n')) {
      if (line.starts_with("    ")) out += std::string(trim(line)) + ";";
    }
    return out;
  };
  CHECK(script("[[ -f /run/down ]] && exit 1 || exit 0") == "no-file           /run/down;");
  CHECK(script("[ ! -e /run/down ]") == "no-file           /run/down;");
  CHECK(script("test -f /run/up") == "file              /run/up;");
  CHECK(script("[ -f /run/up ] && exit 0 || exit 1") == "file              /run/up;");
  CHECK(script("[ -f /run/$X ]") == "command           '[ -f /run/$X ]';user              root;");
  CHECK(script("killall -0 httpd") ==
        "command           \"killall -0 httpd\";user              root;");
}

TEST_CASE("every trap is named") {
  const Complaint cases[] = {
      {"authentication {\nauth_type PASS\nauth_pass frSAmesXYSSFmw\n}",
       "10: the password is longer than 8 characters, and keepalived cuts it (authentication pass "
       "frSAmesX)"},
      {"virtual_ipaddress_excluded {\n192.0.2.2 dev e labele:0\n}",
       "9: a blank is missing in 'labele:0', which keepalived does not understand (taken for "
       "'label "
       "e:0')"},
      {"state MASTER",
       "8: without 'priority' keepalived takes 255, an address owner's, for a MASTER (priority "
       "255)"},
      {"state MASTER\npriority 100\nnopreempt",
       "10: keepalived ignores 'nopreempt' with 'state MASTER' (left out; write 'no preempt' if it "
       "was meant)"},
      {"advert_int 0.5",
       "8: VRRP version 2 has no interval of 0.5s (advert-int 1s, as keepalived rounds it; "
       "'version "
       "3' on all nodes allows less)"},
      {"nopreempt\ntrack_interface {\neth1 weight -5\n}",
       "10: the weight of 'eth1' moves nothing: with 'nopreempt' a backup leaves a master of lower "
       "priority alone (kept as a comment; without a weight its failure would be a fault)"},
      {"version 3\nauthentication {\nauth_type PASS\nauth_pass x\n}",
       "9: VRRP version 3 has no passwords: keepalived ignores 'authentication' (left out, so that "
       "both sides agree)"},
      {"auth_hmac {\nkey 1 000102030405060708090a0b0c0d0e0f\n}",
       "8: VRRP version 2 has no signatures (left out; 'version 3' on all nodes allows them)"},
      {"version 3\nauth_hmac {\nkey 1 short\n}",
       "10: this key has 5 bytes, and ours have 16 to 64 (left out: give all nodes a longer one)"},
      {"version 3\nauth_hmac {\nkey 1 000102030405060708090a0b0c0d0e0f\ntime_window 9\n}",
       "11: the window cannot be set (three intervals, at least 5s, as keepalived has it by "
       "default)"},
      {"version 3\nauth_hmac {\nkey 1 000102030405060708090a0b0c0d0e0f\nmod enforce\n}",
       "11: unknown keyword 'mod' in auth_hmac (left out; did you mean 'mode'?)"},
      {"prioritty 50",
       "8: unknown keyword 'prioritty' in a vrrp_instance (left out; did you mean 'priority'?)"},
      {"track_script {\nchk\n}",
       "9: there is no vrrp_script 'chk' (left out, as keepalived ignores it)"},
  };
  for (const Complaint& c : cases) {
    INFO(c.line);
    CHECK(messages(c.line) == c.text);
  }
  CHECK(
      messages("authentication {\nauth_type PASS\nauth_pass x\n}",
               "global_defs {\nvrrp_strict\nvrrp_garp_interval 0\n}") ==
      "2: 'vrrp_strict' makes keepalived drop all traffic to the virtual addresses and ignore "
      "passwords, peers and preempt delays (left out: the addresses accept traffic ('no accept' "
      "would refuse it))\n"
      "3: 'vrrp_garp_interval 0' is not valid, and keepalived ignores it (left out: 'garp pace 0' "
      "is the default)\n"
      "11: under 'vrrp_strict' keepalived ignores 'authentication': its adverts have none (left "
      "out, so that both sides agree)");
}

TEST_CASE("virtual servers are kept as comments") {
  const auto done = convert(
      "virtual_server 192.0.2.1 80 {\n  lb_kind DR\n  nat_mask 255.255.255.0\n"
      "  real_server 10.0.0.1 8080 {\n    TCP_CHECK {\n      nb_get_retry 3\n    }\n  }\n}\n");
  CHECK(done.messages ==
        "3: 'nat_mask' is gone from keepalived and has no effect (left out)\n"
        "4: the port 8080 differs from the virtual server's 80, which DR and TUN cannot change "
        "(keepalived uses the virtual server's)\n"
        "6: 'nb_get_retry' belongs to HTTP_GET: in a TCP_CHECK keepalived ignores it and retries "
        "once ('fall 2' is what runs now, 'fall 4' what was meant)");
  CHECK_THAT(done.text, Catch::Matchers::StartsWith("# Not converted: IPVS is not built yet.\n"
                                                    "# virtual_server 192.0.2.1 80 {\n"
                                                    "#   lb_kind DR\n"));
}

TEST_CASE("what cannot be read is an error with its line") {
  CHECK(convert("vrrp_instance V {\n}\n}\n").messages ==
        "3: '}' closes no block (a '{' is missing before this line, or this one is too much)\n"
        "1: vrrp_instance 'V' has no 'virtual_router_id'\n"
        "1: vrrp_instance 'V' has no 'virtual_ipaddress'");
  CHECK(convert("global_defs {\n router_id \"x\n}\n").messages ==
        "2: the quote is not closed on its line");
  CHECK(convert("{\n").messages ==
        "1: '{' opens a block of nothing (a block has its name before "
        "it, as in 'vrrp_instance VI_1 {')");
  CHECK(messages("virtual_router_id 300") ==
        "8: 'virtual_router_id' is a number from 1 to 255, not '300'");
  CHECK(convert("include x.conf\n").messages == "1: no files here");
}
