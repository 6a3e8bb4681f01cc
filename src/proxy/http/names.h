// SPDX-License-Identifier: MIT
// Header names that the proxy itself looks at.
#pragma once

#include <cstdint>
#include <string_view>

namespace hawser {

enum class HeaderId : uint8_t {
  kOther,
  kConnection,
  kContentLength,
  kCookie,
  kExpect,
  kForwarded,
  kHost,
  kHttp2Settings,
  kKeepAlive,
  kProxyConnection,
  kSetCookie,
  kTe,
  kTransferEncoding,
  kUpgrade,
  kXForwardedFor,
};

// kOther: not one of them. Without regard to case. The name is a token (RFC 9110, section 5.6.2),
// or at least without control characters.
HeaderId header_id(std::string_view name);

}  // namespace hawser
