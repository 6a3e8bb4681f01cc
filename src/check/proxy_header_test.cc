// SPDX-License-Identifier: MIT
#include "check/proxy_header.h"

#include "base/testing.h"

namespace hawser {
namespace {

TEST_CASE("a check sends the header that traffic sends, unless it goes elsewhere") {
  struct Row {
    ProxyProtocol traffic;
    bool forced;
    uint16_t port;
    ProxyProtocol check;
  };
  using enum ProxyProtocol;
  for (const Row& row :
       {Row{kNone, false, 0, kNone}, Row{kV1, false, 0, kV1}, Row{kV2, false, 0, kV2},
        Row{kV1, false, 99, kNone}, Row{kV2, true, 99, kV2}, Row{kNone, true, 0, kV1}}) {
    ServerSettings server;
    server.send_proxy = row.traffic;
    server.send_proxy_in_checks = row.forced;
    server.check_port = row.port;
    CHECK(check_proxy_protocol(server) == row.check);
  }
  ServerSettings elsewhere;
  elsewhere.send_proxy = kV1;
  elsewhere.check_addr = std::make_shared<Address>(*Address::parse_ip("127.0.0.2"));
  CHECK(check_proxy_protocol(elsewhere) == kNone);
}

TEST_CASE("the header's bytes are HAProxy's") {
  const Address here = *Address::parse_ip("127.0.0.1", 49466);
  const Address there = *Address::parse_ip("127.0.0.2", 21440);
  CHECK(check_proxy_header(ProxyProtocol::kV1, here, there) ==
        "PROXY TCP4 127.0.0.1 127.0.0.2 49466 21440\r\n");
  CHECK(check_proxy_header(ProxyProtocol::kV1, *Address::parse_ip("::1", 5),
                           *Address::parse_ip("2001:db8::1", 6)) ==
        "PROXY TCP6 ::1 2001:db8::1 5 6\r\n");
  CHECK(check_proxy_header(ProxyProtocol::kV1, Address::unix_path(""),
                           Address::unix_path("/run/x")) == "PROXY UNKNOWN\r\n");
  CHECK(check_proxy_header(ProxyProtocol::kV2, here, there) ==
        std::string("\x0d\x0a\x0d\x0a\x00\x0d\x0a\x51\x55\x49\x54\x0a\x20\x00\x00\x00", 16));
  CHECK(check_proxy_header(ProxyProtocol::kNone, here, there).empty());
}

}  // namespace
}  // namespace hawser
