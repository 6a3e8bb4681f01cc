// SPDX-License-Identifier: MIT
#include "base/testing.h"
#include "config/keyword.h"

namespace hawser {
namespace {

// Finds example.com, and nothing else.
Result<Address> test_resolver(const std::string& name, int family) {
  if (name != "example.com") return Error{"cannot resolve '" + name + "'"};
  return *Address::parse_ip(family == AF_INET6 ? "2001:db8::7" : "192.0.2.7");
}

struct Resolver {
  Resolver() { set_name_resolver(test_resolver); }
  ~Resolver() { set_name_resolver(nullptr); }
};

// The address, the last port of a range or the offset, the name; or what is wrong.
std::string parse(std::string_view text, const AddressRules& rules) {
  const Resolver resolver;
  const auto spec = parse_address(text, rules);
  if (!spec) return spec.error().text;
  if (spec->fd >= 0) return "fd " + std::to_string(spec->fd);
  std::string out = spec->address.text();
  if (spec->has_port && spec->port_high != spec->address.port()) {
    out += "-" + std::to_string(spec->port_high);
  }
  if (spec->port_is_offset) out += " offset " + std::to_string(spec->port_offset);
  if (!spec->hostname.empty()) out += " of " + spec->hostname;
  return out;
}

struct Row {
  std::string_view text;
  std::string_view result;
};

constexpr AddressRules kBind{
    .port_required = true, .port_range = true, .fd = true, .is_bind = true};
constexpr AddressRules kServer{.port_offset = true};
constexpr AddressRules kLog{.names = false, .datagram = true};

TEST_CASE("listeners' addresses") {
  for (const auto& [text, result] : {
           Row{"192.0.2.1:80", "192.0.2.1:80"},
           Row{"*:80", "0.0.0.0:80"},
           Row{":80", "0.0.0.0:80"},
           Row{"ipv6@:80", "[::]:80"},
           Row{"ipv6@*:80", "[::]:80"},
           Row{":::80", "[::]:80"},
           Row{"[::]:80", "[::]:80"},
           Row{"2001:db8::1:80", "[2001:db8::1]:80"},
           Row{"[2001:db8::1]:8000-8019", "[2001:db8::1]:8000-8019"},
           Row{":8000-8019", "0.0.0.0:8000-8019"},
           Row{"ipv4@192.0.2.1:80", "192.0.2.1:80"},
           Row{"ip@192.0.2.1:80", "192.0.2.1:80"},
           Row{"tcp4@192.0.2.1:80", "192.0.2.1:80"},
           Row{"tcp6@[2001:db8::1]:80", "[2001:db8::1]:80"},
           Row{"stream+ipv4@192.0.2.1:80", "192.0.2.1:80"},
           Row{"/run/x.sock", "unix:/run/x.sock"},
           Row{"unix@run/x.sock", "unix:run/x.sock"},
           Row{"uxst@/run/x.sock", "unix:/run/x.sock"},
           Row{"abns@web", "abns@web"},
           Row{"fd@3", "fd 3"},
           Row{"example.com:80", "192.0.2.7:80 of example.com"},
           Row{"ipv6@example.com:80", "[2001:db8::7]:80 of example.com"},
       }) {
    INFO(text);
    CHECK(parse(text, kBind) == result);
  }
}

TEST_CASE("servers' addresses") {
  for (const auto& [text, result] : {
           Row{"192.0.2.1", "192.0.2.1:0"},
           Row{"192.0.2.1:", "192.0.2.1:0"},
           Row{"192.0.2.1:80", "192.0.2.1:80"},
           Row{"192.0.2.1:+100", "192.0.2.1:0 offset 100"},
           Row{"192.0.2.1:-1", "192.0.2.1:0 offset -1"},
           Row{"::1", "[::1]:0"},
           Row{"[::1]", "[::1]:0"},
           Row{"example.com", "192.0.2.7:0 of example.com"},
       }) {
    INFO(text);
    CHECK(parse(text, kServer) == result);
  }
}

TEST_CASE("datagram addresses") {
  CHECK(parse("udp@127.0.0.1:514", kLog) == "127.0.0.1:514");
  CHECK(parse("uxdg@/dev/log", kLog) == "unix:/dev/log");
  CHECK(parse("dgram+unix@/dev/log", kLog) == "unix:/dev/log");
  CHECK(parse("tcp@127.0.0.1:514", kLog) ==
        "'tcp@' is not possible here: datagram sockets are needed");
}

TEST_CASE("addresses that are wrong say how") {
  const std::string long_path = "/" + std::string(120, 'x');
  for (const auto& [text, result] : {
           Row{"192.0.2.1", "'192.0.2.1' needs a port, as in '192.0.2.1:80'"},
           Row{"", "the address needs a port"},
           Row{":", "':' needs a port, as in ':80'"},
           Row{"80", "'80' is no address; write ':80' for a port"},
           Row{"2001:db8:0:0:0:0:0:1",
               "'2001:db8:0:0:0:0:0:1' needs a port, as in '[2001:db8:0:0:0:0:0:1]:80'"},
           Row{"run/app.sock",
               "'run/app.sock' needs a port; the path of a unix socket begins with '/' or 'unix@'"},
           Row{"https://www.example.com/path",
               "'https://www.example.com/path' is a URL; write 'www.example.com:443'"},
           Row{"http://192.0.2.1:8080/",
               "'http://192.0.2.1:8080/' is a URL; write '192.0.2.1:8080'"},
           Row{":0", "a port is a number from 1 to 65535, not '0'"},
           Row{":65536", "a port is a number from 1 to 65535, not '65536'"},
           Row{":http", "a port is a number from 1 to 65535, not 'http'"},
           Row{":20-10", "the range of ports '20-10' is upside down"},
           Row{":10-", "a port is a number from 1 to 65535, not ''"},
           Row{":+1", "a port offset like '+1' is not possible here"},
           Row{"1.2.3.4.5:80", "'1.2.3.4.5' is not an IPv4 address"},
           Row{"nowhere.example", "'nowhere.example' needs a port, as in 'nowhere.example:80'"},
           Row{"no such:80", "'no such' is not an address"},
           Row{"nowhere.example:80", "cannot resolve 'nowhere.example'"},
           Row{"[::1:80", "the bracket of the address is not closed"},
           Row{"[::1]80", "only ':' and a port can follow ']'"},
           Row{"ipv4@[::1]:80", "'::1' is not an IPv4 address"},
           Row{"ipv6@192.0.2.1:80", "'192.0.2.1' is not an IPv6 address"},
           Row{"udp@:80", "'udp@' is not possible here: stream sockets are needed"},
           Row{"fd@x", "'fd@' is followed by the number of a descriptor, not 'x'"},
           Row{"unix@", "the name of the unix socket is missing"},
           Row{long_path, "the name of a unix socket has at most 107 bytes"},
           Row{"quic4@:443", "'quic4@' is known in HAProxy but not built yet"},
       }) {
    INFO(text);
    CHECK(parse(text, kBind) == result);
  }
  CHECK(parse(":80", kServer) == "the address is missing before the port");
  CHECK(parse("fd@3", kServer) == "an inherited descriptor (fd@) is not possible here");
  CHECK(parse("192.0.2.1:80-90", kServer) == "a range of ports like '80-90' is not possible here");
  CHECK(parse("example.com:514", kLog) ==
        "'example.com' is not an IP address, and names are not possible here");
}

}  // namespace
}  // namespace hawser
