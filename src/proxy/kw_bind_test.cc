// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <unistd.h>

#include "config/testing.h"

using namespace hawser;

namespace {

std::vector<BindConfig> binds_of(std::string_view lines) {
  return config_of(fmt::format("listen l\n timeout client 1s\n{}\n", lines))->proxies.at(0)->binds;
}

std::string addresses_of(std::string_view words) {
  std::string out;
  for (const BindConfig& bind : binds_of(fmt::format("bind {}", words))) {
    if (!out.empty()) out += ' ';
    out += bind.inherited_fd >= 0 ? fmt::format("fd@{}", bind.inherited_fd) : bind.address.text();
  }
  return out;
}

}  // namespace

TEST_CASE("a bind line may have every form of address, and several") {
  CHECK(addresses_of(":80") == "0.0.0.0:80");
  CHECK(addresses_of("*:80") == "0.0.0.0:80");
  CHECK(addresses_of("192.0.2.1:80-82") == "192.0.2.1:80 192.0.2.1:81 192.0.2.1:82");
  CHECK(addresses_of("192.0.2.1:80,[::1]:81,:::82") == "192.0.2.1:80 [::1]:81 [::]:82");
  CHECK(addresses_of("/run/a.sock,abns@b,unix@/c") == "unix:/run/a.sock abns@b unix:/c");
  CHECK(addresses_of("fd@7") == "fd@7");
  CHECK(binds_of("bind 192.0.2.1:1-65535").size() == 65535);
}

TEST_CASE("a listen section may have its address on its first line") {
  const auto config = config_of("listen l 192.0.2.1:80,192.0.2.2:80 backlog 9\n");
  const auto& binds = config->proxies.at(0)->binds;
  REQUIRE(binds.size() == 2);
  CHECK(binds[1].address.text() == "192.0.2.2:80");
  CHECK(binds[1].backlog == 9);
}

TEST_CASE("every word of a bind line fills its setting, for all its addresses") {
  const auto binds = binds_of(
      "bind :80-81 name n interface eth0 backlog 5 maxconn 6 mss -7 tcp-ut 3s tfo defer-accept "
      "transparent v6only accept-proxy");
  REQUIRE(binds.size() == 2);
  for (const BindConfig& bind : binds) {
    CHECK(bind.name == "n");
    CHECK(bind.interface == "eth0");
    CHECK(bind.backlog == 5);
    CHECK(bind.maxconn == 6);
    CHECK(bind.mss == -7);
    CHECK(bind.tcp_user_timeout_ms == 3000);
    CHECK(bind.tfo == 5);  // as long as the backlog
    CHECK(bind.defer_accept);
    CHECK(bind.transparent);
    CHECK(bind.v6only);
    CHECK(bind.accept_proxy);
  }
  CHECK(binds_of("bind :80 id 9")[0].id == 9);
  const auto both = binds_of("bind :::80 v6only v4v6")[0];
  CHECK(both.v4v6);
  CHECK_FALSE(both.v6only);
}

TEST_CASE("a unix socket has an owner and a mode") {
  const BindConfig named = binds_of("bind /x mode 660 user root group root")[0];
  CHECK(named.mode == 0660u);
  CHECK(named.uid == 0u);
  CHECK(named.gid == 0u);
  const BindConfig numbered = binds_of("bind /x uid 5 gid 6")[0];
  CHECK(numbered.uid == 5u);
  CHECK(numbered.gid == 6u);
}

TEST_CASE("unix-bind gives defaults to the lines after it") {
  const auto config = config_of(
      "global\n"
      " stats socket /early\n"
      " unix-bind prefix /run/ mode 600 uid 5 gid 6\n"
      " stats socket unix@late mode 660 level admin\n"
      "listen l\n timeout client 1s\n bind unix@web\n bind abns@web\n");
  const auto& sockets = config->global.stats_sockets;
  REQUIRE(sockets.size() == 2);
  CHECK(sockets[0].address.text() == "unix:/early");
  CHECK_FALSE(sockets[0].mode);
  CHECK(sockets[1].address.text() == "unix:/run/late");
  CHECK(sockets[1].mode == 0660u);
  CHECK(sockets[1].uid == 5u);
  CHECK(sockets[1].level == "admin");
  const auto& binds = config->proxies.at(0)->binds;
  CHECK(binds[0].address.text() == "unix:/run/web");
  CHECK(binds[0].mode == 0600u);
  CHECK(binds[1].address.text() == "abns@web");
  CHECK_FALSE(binds[1].mode);
}

TEST_CASE("a bad bind line is refused at the right column") {
  const FakeNames names;
  const Complaint rows[] = {
      {"bind",
       "1 error: missing <address> after 'bind' "
       "(usage: bind [<address>]:<port>[-<port>][,...] [<option> ...])"},
      {"bind *", "6 error: '*' needs a port, as in '*:80'"},
      {"bind 192.0.2.1", "6 error: '192.0.2.1' needs a port, as in '192.0.2.1:80'"},
      {"bind :99999", "6 error: a port is a number from 1 to 65535, not '99999'"},
      {"bind :90-80", "6 error: the range of ports '90-80' is upside down"},
      {"bind :80,", "6 error: the address needs a port"},
      {"bind :80,:81 id 4", "6 error: 'id' needs a line with one address and one port"},
      {"bind :80 id 0", "13 error: <id> must be a whole number from 1 to 2147483647, not '0'"},
      {"bind :80 foo",
       "10 error: unknown bind option 'foo' "
       "('hawser --list bind' prints all of them)"},
      {"bind :80 ssl",
       "10 error: bind option 'ssl' is known in HAProxy but not built yet (there is no TLS yet: "
       "'mode tcp' passes it through to servers that end it)"},
      {"bind :80 transparant",
       "10 error: unknown bind option 'transparant' (did you mean 'transparent'?)"},
      {"bind :80 nice 5", "10 warning: 'nice' has no effect: there is no run queue"},
      {"bind :80 name", "10 error: missing <name> after 'name'"},
      {"bind :80 interface", "10 error: missing <interface> after 'interface'"},
      {"bind :80 interface a/b",
       "20 error: 'a/b' is not the name of an interface (it has 1 to 15 characters and no '/')"},
      {"bind :80 backlog x",
       "18 error: <backlog> must be a whole number from 0 to 2147483647, not 'x'"},
      {"bind :80 maxconn -1",
       "18 error: <number> must be a whole number from 0 to 2147483647, not '-1'"},
      {"bind :80 mss 0", "14 error: <mss> must not be 0"},
      {"bind :80 mss 70000",
       "14 error: <mss> must be a whole number from -65535 to 65535, not '70000'"},
      {"bind :80 tcp-ut 5x",
       "17 error: '5x' has an unknown time unit; known are us, ms, s, m, h and d"},
      {"bind :80 level root", "16 error: unknown level 'root' (one of: user, operator, admin)"},
      {"bind /x mode 999", "14 error: '999' is not a file mode (write it in octal, as in 660)"},
      {"bind /x mode", "9 error: missing <mode> after 'mode'"},
      {"bind /x user no-such-user",
       "14 error: there is no user 'no-such-user' (create it, or give a number with 'uid')"},
      {"bind /x group no-such-group",
       "15 error: there is no group 'no-such-group' (create it, or give a number with 'gid')"},
      {"bind /x uid x", "13 error: <id> must be a whole number from 0 to 4294967294, not 'x'"},
      {"bind :80 mode 600",
       "6 warning: 0.0.0.0:80 is no unix socket: mode, user and group do not apply"},
      {"bind :80 level admin", "6 warning: 'level' has no effect on a proxy's socket"},
      {"bind fd@x", "6 error: 'fd@' is followed by the number of a descriptor, not 'x'"},
      {"bind no.such.invalid:80",
       "6 error: cannot resolve 'no.such.invalid': Name or service not known"},
      {"bind :80 expose-fd listeners",
       "10 notice: 'expose-fd' is not needed: a reload keeps the listening sockets (remove it)"},
      {"bind :80 expose-fd foo", "20 error: unknown kind of descriptor 'foo' (one of: listeners)"},
  };
  for (const Complaint& row : rows) {
    INFO(row.line);
    CHECK(complaint("frontend f", row.line) == row.text);
  }
  const Complaint global_rows[] = {
      {"stats socket",
       "7 error: missing <address> after 'socket' "
       "(usage: stats socket <path>|<address>:<port> [<option> ...])"},
      {"stats socket /x accept-proxy", "1 error: 'accept-proxy' is not possible on a stats socket"},
      {"stats socket /x level foo",
       "23 error: unknown level 'foo' (one of: user, operator, admin)"},
      {"unix-bind",
       "1 error: missing word after 'unix-bind' "
       "(usage: unix-bind [prefix <prefix>] [mode <mode>] [user <user>] [uid <id>] [group <group>] "
       "[gid <id>])"},
      {"unix-bind foo",
       "11 error: unknown word 'foo' (one of: prefix, mode, user, uid, group, gid)"},
      {"unix-bind mode 8", "16 error: '8' is not a file mode (write it in octal, as in 660)"},
      {"unix-bind user no-such-user",
       "16 error: there is no user 'no-such-user' (create it, or give a number with 'uid')"},
  };
  for (const Complaint& row : global_rows) {
    INFO(row.line);
    CHECK(complaint("global", row.line) == row.text);
  }
}
