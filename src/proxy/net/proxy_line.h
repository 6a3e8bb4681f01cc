// SPDX-License-Identifier: MIT
// The PROXY protocol, versions 1 and 2: who is behind a connection (haproxy.org,
// proxy-protocol.txt). No I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/address.h"
#include "config/model.h"

namespace hawser {

struct ProxyHeader {
  enum class Status : uint8_t { kMore, kDone, kBad } status = Status::kMore;
  size_t size = 0;     // of the header, when kDone
  bool local = false;  // LOCAL or UNKNOWN: the connection's own addresses count
  Address source, destination;
};

// `input` begins with the connection's first byte. A header is complete within 107 bytes (v1) or 16
// bytes and its announced length (v2); anything else is refused as soon as it can't be one.
ProxyHeader parse_proxy_header(std::string_view input);

// The header for a connection from `source` to `destination`; UNKNOWN or LOCAL where they are not
// both IPv4 or IPv6.
std::string make_proxy_header(ProxyProtocol version, const Address& source,
                              const Address& destination);

}  // namespace hawser
