// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "config/testing.h"

using namespace hawser;

namespace {

// The only server of a backend whose lines are `lines`.
ServerConfig server_of(std::string_view lines) {
  const auto config = config_of(fmt::format("backend b\n mode http\n{}\n", lines));
  REQUIRE(config->proxies.at(0)->servers.size() == 1);
  return config->proxies[0]->servers[0];
}

}  // namespace

TEST_CASE("a server's address may have every form") {
  const FakeNames names;
  const auto address = [](std::string_view text) {
    return server_of(fmt::format("server s {}", text)).address.text();
  };
  CHECK(address("10.0.0.1:80") == "10.0.0.1:80");
  CHECK(address("ipv4@10.0.0.1:80") == "10.0.0.1:80");
  CHECK(address("[2001:db8::1]:80") == "[2001:db8::1]:80");
  CHECK(address("/run/app.sock") == "unix:/run/app.sock");
  CHECK(address("unix@/run/app.sock") == "unix:/run/app.sock");
  CHECK(address("abns@app") == "abns@app");
  CHECK(address("web.example:80") == "10.0.0.7:80");
  CHECK(address("ipv4@web.example:80") == "10.0.0.7:80");
  CHECK(server_of("server s web.example:80").hostname == "web.example");
}

TEST_CASE("a server without a fixed port has an offset to the client's") {
  const auto without = server_of("server s 10.0.0.1");
  CHECK(without.port_is_offset);
  CHECK(without.port_offset == 0);
  const auto above = server_of("server s 10.0.0.1:+100");
  CHECK(above.port_is_offset);
  CHECK(above.port_offset == 100);
  CHECK(server_of("server s 10.0.0.1:-7").port_offset == -7);
  CHECK_FALSE(server_of("server s 10.0.0.1:80").port_is_offset);
  CHECK_FALSE(server_of("server s /run/app.sock").port_is_offset);
}

TEST_CASE("every word of a server fills its setting") {
  const ServerConfig server = server_of(
      "server s 10.0.0.1:80 check inter 1s fastinter 300 downinter 5s rise 4 fall 5 port 8080 "
      "addr 10.0.0.2 weight 7 minconn 10 maxconn 20 maxqueue 30 slowstart 1m backup disabled "
      "cookie c1 id 12 redir http://x non-stick tfo tcp-ut 5s check-send-proxy send-proxy-v2 "
      "pool-max-conn 8 pool-low-conn 2 pool-purge-delay 9s max-reuse 3");
  const ServerSettings& set = server.set;
  CHECK(set.check);
  CHECK(set.inter == Millis(1000));
  CHECK(set.fastinter == Millis(300));
  CHECK(set.downinter == Millis(5000));
  CHECK(set.rise == 4);
  CHECK(set.fall == 5);
  CHECK(set.check_port == 8080);
  CHECK(set.check_addr->text() == "10.0.0.2:0");
  CHECK(set.weight == 7);
  CHECK(set.minconn == 10);
  CHECK(set.maxconn == 20);
  CHECK(set.maxqueue == 30);
  CHECK(set.slowstart == Millis(60000));
  CHECK(set.backup);
  CHECK(set.disabled);
  CHECK(set.non_stick);
  CHECK(set.tfo);
  CHECK(set.tcp_user_timeout_ms == 5000);
  CHECK(set.send_proxy_in_checks);
  CHECK(set.send_proxy == ProxyProtocol::kV2);
  CHECK(set.pool_max_conn == 8);
  CHECK(set.pool_low_conn == 2);
  CHECK(set.pool_purge_delay == Millis(9000));
  CHECK(set.max_reuse == 3);
  CHECK(server.cookie == "c1");
  CHECK(server.id == 12);
  CHECK(server.redir == "http://x");
}

TEST_CASE("default-server affects the servers after it, and a server has the last word") {
  const auto config = config_of(
      "defaults\n default-server inter 7s\n"
      "backend b\n"
      " server a 10.0.0.1:80\n"
      " default-server check weight 9 backup disabled send-proxy tfo non-stick check-send-proxy\n"
      " server b 10.0.0.1:80\n"
      " server c 10.0.0.1:80 no-check no-backup enabled no-send-proxy no-tfo stick "
      "no-check-send-proxy\n"
      " default-server weight 10\n"
      " server d 10.0.0.1:80 no-send-proxy-v2\n");
  const auto& servers = config->proxies.at(0)->servers;
  CHECK(servers[0].set.inter == Millis(7000));
  CHECK(servers[0].set.weight == 1);
  CHECK_FALSE(servers[0].set.check);
  CHECK(servers[1].set.check);
  CHECK(servers[1].set.weight == 9);
  const ServerSettings& undone = servers[2].set;
  CHECK(undone.weight == 9);
  CHECK_FALSE(undone.check);
  CHECK_FALSE(undone.backup);
  CHECK_FALSE(undone.disabled);
  CHECK_FALSE(undone.tfo);
  CHECK_FALSE(undone.non_stick);
  CHECK_FALSE(undone.send_proxy_in_checks);
  CHECK(undone.send_proxy == ProxyProtocol::kNone);
  CHECK(servers[3].set.weight == 10);
  CHECK(servers[3].set.check);
  CHECK(servers[3].set.send_proxy == ProxyProtocol::kV1);
}

TEST_CASE("a server's source has an address, a range of ports, an interface and a disguise") {
  const auto source = [](std::string_view words) {
    return *server_of(fmt::format("server s 10.0.0.1:80 source {}", words)).set.source;
  };
  const SourceConfig range = source("192.0.2.1:1000-1999 interface eth0");
  CHECK(range.address.ip_text() == "192.0.2.1");
  CHECK(range.port_low == 1000);
  CHECK(range.port_high == 1999);
  CHECK(range.interface == "eth0");
  CHECK(source("0.0.0.0 usesrc client").usesrc == SourceConfig::Use::kClient);
  CHECK(source("0.0.0.0 usesrc clientip").usesrc == SourceConfig::Use::kClientIp);
  CHECK(source("0.0.0.0").address.family() == AF_UNSPEC);
  const SourceConfig fixed = source("0.0.0.0 usesrc 192.0.2.7:99");
  CHECK(fixed.usesrc == SourceConfig::Use::kAddress);
  CHECK(fixed.usesrc_address.text() == "192.0.2.7:99");
  const SourceConfig header = source("0.0.0.0 usesrc hdr_ip(X-Client,2)");
  CHECK(header.usesrc == SourceConfig::Use::kHeaderIp);
  CHECK(header.usesrc_header == "X-Client");
  CHECK(header.usesrc_occurrence == 2);
  CHECK(source("0.0.0.0 usesrc hdr_ip(X-Client)").usesrc_occurrence == -1);
  CHECK(source("0.0.0.0 usesrc hdr_ip(X-Client,0)").usesrc == SourceConfig::Use::kNone);
}

TEST_CASE("minconn that is not below maxconn replaces it") {
  const auto limits = [](std::string_view words) {
    const auto server = server_of(fmt::format("server s 10.0.0.1:80 {}", words));
    return std::pair{server.set.minconn, server.set.maxconn};
  };
  CHECK(limits("minconn 5 maxconn 9") == std::pair{5u, 9u});
  CHECK(limits("minconn 5") == std::pair{0u, 5u});
  CHECK(limits("minconn 9 maxconn 9") == std::pair{0u, 9u});
  CHECK(limits("minconn 12 maxconn 9") == std::pair{0u, 12u});
  CHECK(complaint("backend b", "server s 10.0.0.1:80 minconn 12 maxconn 9") ==
        "8 warning: 'minconn' of server 'b/s' is above its 'maxconn'; 12 is used for both");
}

TEST_CASE("a server whose name does not resolve starts only where init-addr says so") {
  const FakeNames names;
  CHECK(complaint("backend b", "server s no.such.invalid:80") ==
        "10 error: cannot resolve 'no.such.invalid': Name or service not known (with 'init-addr "
        "last,libc,none' the server starts without an address)");
  CHECK(complaint("backend b", "server s no.such.invalid:80 init-addr last") ==
        "10 error: cannot resolve 'no.such.invalid' (with 'init-addr last,libc,none' the server "
        "starts without an address)");
  const auto fixed = server_of("server s no.such.invalid:80 init-addr last,libc,192.0.2.9");
  CHECK(fixed.address.text() == "192.0.2.9:80");
  CHECK(fixed.hostname == "no.such.invalid");
  CHECK(server_of("server s no.such.invalid init-addr ::9").port_is_offset);
  const auto server = server_of("server s no.such.invalid:80 init-addr libc,none");
  CHECK(server.address.family() == AF_UNSPEC);
  CHECK(server.address.port() == 80);
  CHECK(server.hostname == "no.such.invalid");
  CHECK(server.set.disabled);
  CHECK(complaint("backend b", "server s no.such.invalid:80 init-addr none") ==
        "10 warning: cannot resolve 'no.such.invalid'; server 's' starts in maintenance (it "
        "stays there until a start that can resolve the name)");
}

TEST_CASE("a bad server line is refused at the right column") {
  const FakeNames names;
  const Complaint rows[] = {
      {"server",
       "1 error: missing <name> after 'server' "
       "(usage: server <name> <address>[:[<port>]] [<option> ...])"},
      {"server s",
       "8 error: missing <address> after 's' "
       "(usage: server <name> <address>[:[<port>]] [<option> ...])"},
      {"server s/t 10.0.0.1",
       "8 error: 's/t' is not the name of a server (use letters, digits, '-', '_', '.' and ':')"},
      {"server s 10.0.0.1:80-90", "10 error: a range of ports like '80-90' is not possible here"},
      {"server s 10.0.0.1:99999", "10 error: a port is a number from 1 to 65535, not '99999'"},
      {"server s 10.0.0.256:80", "10 error: '10.0.0.256' is not an IPv4 address"},
      {"server s fd@3", "10 error: an inherited descriptor (fd@) is not possible here"},
      {"server s 10.0.0.1 wieght 3",
       "19 error: unknown server option 'wieght' (did you mean 'weight'?)"},
      {"server s 10.0.0.1 ssl",
       "19 error: server option 'ssl' is known in HAProxy but not built yet (there is no TLS yet: "
       "connect in clear, or pass the client's TLS through in mode tcp)"},
      {"server s 10.0.0.1 weight", "19 error: missing <weight> after 'weight'"},
      {"server s 10.0.0.1 weight 257",
       "26 error: <weight> must be a whole number from 0 to 256, not '257'"},
      {"server s 10.0.0.1 weight 3x",
       "26 error: <weight> must be a whole number from 0 to 256, not '3x' "
       "(it has no unit: write all digits)"},
      {"server s 10.0.0.1:80 inter 0", "28 error: the interval must not be 0"},
      {"server s 10.0.0.1:80 inter 5q",
       "28 error: '5q' has an unknown time unit; known are us, ms, s, m, h and d"},
      {"server s 10.0.0.1:80 fastinter 0", "32 error: the interval must not be 0"},
      {"server s 10.0.0.1:80 rise 0",
       "27 error: <count> must be a whole number from 1 to 65535, not '0'"},
      {"server s 10.0.0.1:80 fall 70000",
       "27 error: <count> must be a whole number from 1 to 65535, not '70000'"},
      {"server s 10.0.0.1:80 port 0",
       "27 error: <port> must be a whole number from 1 to 65535, not '0'"},
      {"server s 10.0.0.1:80 addr no.such.invalid",
       "27 error: cannot resolve 'no.such.invalid': Name or service not known"},
      {"server s 10.0.0.1:80 maxconn 5k",
       "30 error: <number> must be a whole number from 0 to 2147483647, not '5k' "
       "(it has no unit: write all digits)"},
      {"server s 10.0.0.1:80 maxqueue -1",
       "31 error: <number> must be a whole number from 0 to 2147483647, not '-1'"},
      {"server s 10.0.0.1:80 id 0",
       "25 error: <id> must be a whole number from 1 to 2147483647, not '0'"},
      {"server s 10.0.0.1:80 cookie", "22 error: missing <value> after 'cookie'"},
      {"server s 10.0.0.1:80 cookie a;b", "29 error: 'a;b' is not the value of a cookie"},
      {"server s 10.0.0.1:80 redir ''", "28 error: '' is not the beginning of a URL"},
      {"server s 10.0.0.1:80 pool-max-conn -2",
       "36 error: <number> must be a whole number from -1 to 2147483647, not '-2'"},
      {"server s 10.0.0.1:80 init-addr foo",
       "32 error: unknown method 'foo' (last, libc, none or an IP address)"},
      {"server s 10.0.0.1:80 source",
       "22 error: missing <address> after 'source' "
       "(usage: source <addr>[:<port>[-<port>]] [usesrc "
       "<addr2>[:<port2>]|client|clientip|hdr_ip(<name>[,<n>])] [interface <name>])"},
      {"server s 10.0.0.1:80 source /x", "29 error: '/x' is not an IP address"},
      {"server s 10.0.0.1:80 source 10.0.0.2 usesrc",
       "38 error: missing <address>, client, clientip or hdr_ip(<name>) after 'usesrc' "
       "(usage: source <addr>[:<port>[-<port>]] [usesrc "
       "<addr2>[:<port2>]|client|clientip|hdr_ip(<name>[,<n>])] [interface <name>])"},
      {"server s 10.0.0.1:80 source 10.0.0.2 usesrc hdr_ip(X",
       "45 error: 'hdr_ip(X' has no closing parenthesis"},
      {"server s 10.0.0.1:80 source 10.0.0.2 usesrc hdr_ip()",
       "45 error: '' is not the name of a header"},
      {"server s 10.0.0.1:80 source 10.0.0.2 usesrc hdr_ip(X,-11)",
       "45 error: '-11' is not an occurrence (1 is the first value of the header, -1 the last one, "
       "-10 the least)"},
      {"server s 10.0.0.1:80 source 10.0.0.2 interface eth0eth0eth0eth0",
       "48 error: 'eth0eth0eth0eth0' is not the name of an interface (it has 1 to 15 characters "
       "and no '/')"},
      {"server s 10.0.0.1:80 slowstart 99999999999",
       "32 error: '99999999999' is too long; the longest time is 24 days"},
      {"default-server id 3", "16 error: 'id' is not allowed in 'default-server'"},
      {"default-server cookie a", "16 error: 'cookie' is not allowed in 'default-server'"},
      {"default-server 10.0.0.1",
       "16 error: unknown server option '10.0.0.1' "
       "('hawser --list server' prints all of them)"},
      {"no server s 10.0.0.1", "1 error: 'no' cannot stand before 'server'"},
  };
  for (const Complaint& row : rows) {
    INFO(row.line);
    CHECK(complaint("backend b", row.line) == row.text);
  }
}

TEST_CASE("what a server asks for must suit its backend") {
  CHECK(complaint("backend b", "server s 10.0.0.1:80 redir http://x") ==
        "8 error: 'redir' of server 'b/s' needs 'mode http'");
  CHECK(complaint("backend b", "server s 10.0.0.1:80 cookie x") ==
        "8 warning: 'cookie' of server 'b/s' needs 'mode http' and is ignored");
  CHECK(complaint("backend b", "server s 10.0.0.1:80 source 0.0.0.0 usesrc hdr_ip(X)") ==
        "8 warning: 'usesrc hdr_ip' of server 'b/s' needs 'mode http' and is ignored");
  CHECK(complaints("backend b\n timeout connect 1s\n timeout server 1s\n server s 10.0.0.1:80\n"
                   " server s 10.0.0.1:81\n") ==
        "5:9 error: server 's' is already defined in 'b' (first defined at test.cfg:4)");
}
