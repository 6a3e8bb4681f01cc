// SPDX-License-Identifier: MIT
#include "proxy/http/names.h"

#include "base/text.h"

namespace hawser {
namespace {

HeaderId if_equal(std::string_view name, std::string_view lower, HeaderId id) {
  return iequals(name, lower) ? id : HeaderId::kOther;
}

}  // namespace

// By length and first letter, so that a name is compared with one candidate at most.
HeaderId header_id(std::string_view name) {
  if (name.empty()) return HeaderId::kOther;
  const char first = ascii_lower(name.front());
  switch (name.size()) {
    case 2:
      return if_equal(name, "te", HeaderId::kTe);
    case 4:
      return if_equal(name, "host", HeaderId::kHost);
    case 6:
      if (first == 'c') return if_equal(name, "cookie", HeaderId::kCookie);
      return first == 'e' ? if_equal(name, "expect", HeaderId::kExpect) : HeaderId::kOther;
    case 7:
      return if_equal(name, "upgrade", HeaderId::kUpgrade);
    case 9:
      return if_equal(name, "forwarded", HeaderId::kForwarded);
    case 10:
      if (first == 'c') return if_equal(name, "connection", HeaderId::kConnection);
      if (first == 'k') return if_equal(name, "keep-alive", HeaderId::kKeepAlive);
      return first == 's' ? if_equal(name, "set-cookie", HeaderId::kSetCookie) : HeaderId::kOther;
    case 14:
      if (first == 'c') return if_equal(name, "content-length", HeaderId::kContentLength);
      return first == 'h' ? if_equal(name, "http2-settings", HeaderId::kHttp2Settings)
                          : HeaderId::kOther;
    case 15:
      return if_equal(name, "x-forwarded-for", HeaderId::kXForwardedFor);
    case 16:
      return if_equal(name, "proxy-connection", HeaderId::kProxyConnection);
    case 17:
      return if_equal(name, "transfer-encoding", HeaderId::kTransferEncoding);
  }
  return HeaderId::kOther;
}

}  // namespace hawser
