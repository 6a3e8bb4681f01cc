// SPDX-License-Identifier: MIT
#include "proxy/net/proxy_line.h"

#include "base/testing.h"

using namespace hawser;

namespace {

using Status = ProxyHeader::Status;

// "SOURCE DESTINATION SIZE", "local SIZE", "more" or "bad".
std::string parsed(std::string_view input) {
  const ProxyHeader header = parse_proxy_header(input);
  switch (header.status) {
    case Status::kMore:
      return "more";
    case Status::kBad:
      return "bad";
    case Status::kDone:
      break;
  }
  const std::string size = std::to_string(header.size);
  if (header.local) return "local " + size;
  return header.source.text() + " " + header.destination.text() + " " + size;
}

std::string v2(std::string_view command_and_family, std::string_view body) {
  std::string out("\r\n\r\n\0\r\nQUIT\n", 12);
  out += command_and_family;
  out += static_cast<char>(body.size() >> 8);
  out += static_cast<char>(body.size() & 0xff);
  return out + std::string(body);
}

const std::string kBody4("\xc0\x00\x02\x01\xc6\x33\x64\x02\x03\xe8\x00\x50", 12);
const std::string kBody6(
    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"
    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02\x03\xe8\x00\x50",
    36);

// Every shorter beginning of a header asks for more, and says so as long as it may become one.
void check_beginnings(const std::string& header) {
  for (size_t size = 0; size < header.size(); ++size) {
    INFO("the first " << size << " of " << header.size());
    CHECK(parsed(std::string_view(header).substr(0, size)) == "more");
  }
}

}  // namespace

TEST_CASE("a PROXY line of version 1 gives both addresses") {
  CHECK(parsed("PROXY TCP4 192.0.2.1 198.51.100.2 1000 80\r\nGET /") ==
        "192.0.2.1:1000 198.51.100.2:80 43");
  CHECK(parsed("PROXY TCP6 2001:db8::1 2001:db8::2 65535 0\r\n") ==
        "[2001:db8::1]:65535 [2001:db8::2]:0 44");
  CHECK(parsed("PROXY UNKNOWN\r\n") == "local 15");
  CHECK(parsed("PROXY UNKNOWN ffff:f...f whatever\r\nx") == "local 35");
  check_beginnings("PROXY TCP4 192.0.2.1 198.51.100.2 1000 80\r\n");
}

TEST_CASE("a PROXY line that is not one is refused") {
  for (const char* line :
       {"GET / HTTP/1.1\r\n", "PROXy ", "proxy TCP4", "PROXY \r\n",
        "PROXY TCP5 1.2.3.4 1.2.3.4 1 2\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n",
        "PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n", "PROXY TCP4  1.2.3.4 1.2.3.4 1 2\r\n",
        "PROXY TCP4 1.2.3.4 1.2.3.4 65536 2\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 -1 2\r\n",
        "PROXY TCP4 1.2.3.4 ::1 1 2\r\n", "PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n",
        "PROXY TCP4 1.2.3 1.2.3.4 1 2\r\n", "PROXY TCP4 a.example 1.2.3.4 1 2\r\n",
        "PROXY UNKNOWNX\r\n"}) {
    INFO(line);
    CHECK(parsed(line) == "bad");
  }
}

TEST_CASE("a PROXY line ends within 107 bytes") {
  const std::string longest = "PROXY UNKNOWN " + std::string(107 - 14 - 2, 'x') + "\r\n";
  REQUIRE(longest.size() == 107);
  CHECK(parsed(longest) == "local 107");
  check_beginnings(longest);
  const std::string longer = "PROXY UNKNOWN " + std::string(107 - 14 - 1, 'x') + "\r\n";
  CHECK(parsed(longer.substr(0, 107)) == "bad");
  CHECK(parsed(longer) == "bad");
}

TEST_CASE("a PROXY header of version 2 gives both addresses") {
  CHECK(parsed(v2("\x21\x11", kBody4)) == "192.0.2.1:1000 198.51.100.2:80 28");
  CHECK(parsed(v2("\x21\x21", kBody6)) == "[2001:db8::1]:1000 [2001:db8::2]:80 52");
  check_beginnings(v2("\x21\x11", kBody4));
  check_beginnings(v2("\x21\x21", kBody6));
}

TEST_CASE("what follows the addresses in version 2 belongs to the header") {
  CHECK(parsed(v2("\x21\x11", kBody4 + std::string("\x04\x00\x01z", 4)) + "GET /") ==
        "192.0.2.1:1000 198.51.100.2:80 32");
}

TEST_CASE("version 2 may say that the connection is the proxy's own, or name no address") {
  CHECK(parsed(v2(std::string_view("\x20\x00", 2), "")) == "local 16");
  CHECK(parsed(v2("\x20\x11", kBody4)) == "local 28");
  CHECK(parsed(v2(std::string_view("\x21\x00", 2), "ignored")) == "local 23");
  CHECK(parsed(v2("\x21\x31", std::string(216, '\0'))) == "local 232");
}

TEST_CASE("a PROXY header of version 2 that is not one is refused") {
  CHECK(parsed(v2("\x11\x11", kBody4)) == "bad");            // another version
  CHECK(parsed(v2("\x22\x11", kBody4)) == "bad");            // another command
  CHECK(parsed(v2("\x21\x12", kBody4)) == "bad");            // datagrams
  CHECK(parsed(v2("\x21\x11", kBody4.substr(1))) == "bad");  // too short for its addresses
  CHECK(parsed(v2("\x21\x21", kBody4)) == "bad");
  CHECK(parsed(std::string("\r\n\r\n\0\r\nQUIX", 11)) == "bad");
  CHECK(parsed("\r\nGET") == "bad");
}

TEST_CASE("what is written can be read again") {
  const Address v4 = *Address::parse_ip("192.0.2.1", 1000),
                to4 = *Address::parse_ip("198.51.100.2", 80);
  const Address v6 = *Address::parse_ip("2001:db8::1", 1000),
                to6 = *Address::parse_ip("2001:db8::2", 80);
  for (const ProxyProtocol version : {ProxyProtocol::kV1, ProxyProtocol::kV2}) {
    CHECK(
        parsed(make_proxy_header(version, v4, to4)).starts_with("192.0.2.1:1000 198.51.100.2:80 "));
    CHECK(parsed(make_proxy_header(version, v6, to6))
              .starts_with("[2001:db8::1]:1000 [2001:db8::2]:80 "));
    // Addresses that the protocol cannot pair, and none at all.
    CHECK(parsed(make_proxy_header(version, v4, to6)).starts_with("local "));
    CHECK(parsed(make_proxy_header(version, {}, {})).starts_with("local "));
  }
  CHECK(make_proxy_header(ProxyProtocol::kV2, v4, to4) == v2("\x21\x11", kBody4));
  CHECK(make_proxy_header(ProxyProtocol::kV2, v6, to6) == v2("\x21\x21", kBody6));
}
