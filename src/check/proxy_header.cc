// SPDX-License-Identifier: MIT
#include "check/proxy_header.h"

#include <fmt/format.h>

#include "base/assert.h"

namespace hawser {

ProxyProtocol check_proxy_protocol(const ServerSettings& server) {
  const bool elsewhere = server.check_port != 0 || server.check_addr != nullptr;
  if (!server.send_proxy_in_checks && elsewhere) return ProxyProtocol::kNone;
  if (server.send_proxy_in_checks && server.send_proxy == ProxyProtocol::kNone) {
    return ProxyProtocol::kV1;
  }
  return server.send_proxy;
}

std::string check_proxy_header(ProxyProtocol version, const Address& source,
                               const Address& destination) {
  switch (version) {
    case ProxyProtocol::kNone:
      return {};
    case ProxyProtocol::kV1:
      if (!source.is_ip() || source.family() != destination.family()) return "PROXY UNKNOWN\r\n";
      return fmt::format("PROXY {} {} {} {} {}\r\n", source.family() == AF_INET ? "TCP4" : "TCP6",
                         source.ip_text(), destination.ip_text(), source.port(),
                         destination.port());
    case ProxyProtocol::kV2:
      // The signature, version 2 with command LOCAL, family unspecified, no addresses.
      return std::string("\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", 16);
  }
  HW_UNREACHABLE();
}

}  // namespace hawser
