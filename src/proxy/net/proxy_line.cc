// SPDX-License-Identifier: MIT
#include "proxy/net/proxy_line.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace hawser {
namespace {

constexpr std::string_view kV1Start = "PROXY ";
constexpr std::string_view kV2Signature{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr size_t kV1Longest = 107;  // section 2.1, the line with CRLF
constexpr size_t kV2Fixed = 16;

ProxyHeader bad() { return {.status = ProxyHeader::Status::kBad, .source = {}, .destination = {}}; }

ProxyHeader parse_v1(std::string_view input) {
  const size_t end = input.substr(0, kV1Longest).find("\r\n");
  if (end == input.npos) return input.size() >= kV1Longest ? bad() : ProxyHeader{};
  ProxyHeader header{
      .status = ProxyHeader::Status::kDone, .size = end + 2, .source = {}, .destination = {}};
  const std::string_view line = input.substr(kV1Start.size(), end - kV1Start.size());
  if (line == "UNKNOWN" || line.starts_with("UNKNOWN ")) {
    header.local = true;
    return header;
  }
  const auto words = split(line, ' ');
  if (words.size() != 5) return bad();
  const int family = words[0] == "TCP4" ? AF_INET : words[0] == "TCP6" ? AF_INET6 : AF_UNSPEC;
  const auto source_port = parse_uint(words[3]), destination_port = parse_uint(words[4]);
  if (family == AF_UNSPEC || !source_port || !destination_port || *source_port > 65535 ||
      *destination_port > 65535) {
    return bad();
  }
  const auto source = Address::parse_ip(words[1], static_cast<uint16_t>(*source_port));
  const auto destination = Address::parse_ip(words[2], static_cast<uint16_t>(*destination_port));
  if (!source || !destination || source->family() != family || destination->family() != family)
    return bad();
  header.source = *source;
  header.destination = *destination;
  return header;
}

uint16_t read_u16(std::string_view at) {
  return static_cast<uint16_t>(static_cast<uint8_t>(at[0]) << 8 | static_cast<uint8_t>(at[1]));
}

ProxyHeader parse_v2(std::string_view input) {
  if (input.size() < kV2Fixed) return {};
  const auto version_command = static_cast<uint8_t>(input[12]);
  const auto family = static_cast<uint8_t>(input[13]);
  const size_t length = read_u16(input.substr(14));
  if (version_command >> 4 != 2 || (version_command & 15) > 1) return bad();
  if (input.size() < kV2Fixed + length) return {};
  ProxyHeader header{.status = ProxyHeader::Status::kDone,
                     .size = kV2Fixed + length,
                     .source = {},
                     .destination = {}};
  const std::string_view body = input.substr(kV2Fixed, length);
  // LOCAL, or of no family, or of unix sockets: there is no address that could be shown.
  if ((version_command & 15) == 0 || family == 0x00 || family == 0x31) {
    header.local = true;
  } else if (family == 0x11 && length >= 12) {
    in_addr ip;
    std::memcpy(&ip, body.data(), sizeof ip);
    header.source = Address::ipv4(ip, read_u16(body.substr(8)));
    std::memcpy(&ip, body.data() + 4, sizeof ip);
    header.destination = Address::ipv4(ip, read_u16(body.substr(10)));
  } else if (family == 0x21 && length >= 36) {
    in6_addr ip;
    std::memcpy(&ip, body.data(), sizeof ip);
    header.source = Address::ipv6(ip, read_u16(body.substr(32)));
    std::memcpy(&ip, body.data() + 16, sizeof ip);
    header.destination = Address::ipv6(ip, read_u16(body.substr(34)));
  } else {
    return bad();
  }
  return header;
}

void append_u16(std::string& out, uint16_t value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value & 0xff);
}

void append_ip(std::string& out, const Address& address) {
  if (address.family() == AF_INET) {
    out.append(reinterpret_cast<const char*>(&address.v4()), 4);
  } else {
    out.append(reinterpret_cast<const char*>(&address.v6()), 16);
  }
}

}  // namespace

ProxyHeader parse_proxy_header(std::string_view input) {
  const auto begins = [input](std::string_view start) {
    const size_t n = std::min(input.size(), start.size());
    return input.substr(0, n) == start.substr(0, n);
  };
  if (begins(kV1Start)) return input.size() < kV1Start.size() ? ProxyHeader{} : parse_v1(input);
  if (begins(kV2Signature))
    return input.size() < kV2Signature.size() ? ProxyHeader{} : parse_v2(input);
  return bad();
}

std::string make_proxy_header(ProxyProtocol version, const Address& source,
                              const Address& destination) {
  const bool known = source.is_ip() && source.family() == destination.family();
  const bool v4 = source.family() == AF_INET;
  if (version == ProxyProtocol::kV1) {
    if (!known) return "PROXY UNKNOWN\r\n";
    return std::string(v4 ? "PROXY TCP4 " : "PROXY TCP6 ") + source.ip_text() + " " +
           destination.ip_text() + " " + std::to_string(source.port()) + " " +
           std::to_string(destination.port()) + "\r\n";
  }
  std::string out(kV2Signature);
  out += known ? '\x21' : '\x20';
  out += !known ? '\x00' : v4 ? '\x11' : '\x21';
  append_u16(out, !known ? 0 : v4 ? 12 : 36);
  if (!known) return out;
  append_ip(out, source);
  append_ip(out, destination);
  append_u16(out, source.port());
  append_u16(out, destination.port());
  return out;
}

}  // namespace hawser
