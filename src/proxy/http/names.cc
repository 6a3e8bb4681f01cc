// SPDX-License-Identifier: MIT
#include "proxy/http/names.h"

#include <cstring>
#include <type_traits>

#include "base/text.h"

namespace hawser {
namespace {

template <class Word>
bool same(const char* name, const char* lower) {
  Word a, b;
  std::memcpy(&a, name, sizeof a);
  std::memcpy(&b, lower, sizeof b);
  constexpr auto kLower = static_cast<Word>(0x2020202020202020);
  return (a | kLower) == b;
}

// A name of N - 1 characters, compared in words that overlap at the end. In a token only the other
// case of a letter differs from it, or from a digit or '-', in the bit 0x20 alone.
template <size_t N>
HeaderId if_equal(std::string_view name, const char (&lower)[N], HeaderId id) {
  constexpr size_t kSize = N - 1;
  using Word =
      std::conditional_t<kSize >= 8, uint64_t, std::conditional_t<kSize >= 4, uint32_t, uint16_t>>;
  for (size_t at = 0; at + sizeof(Word) < kSize; at += sizeof(Word)) {
    if (!same<Word>(name.data() + at, lower + at)) return HeaderId::kOther;
  }
  const size_t last = kSize - sizeof(Word);
  return same<Word>(name.data() + last, lower + last) ? id : HeaderId::kOther;
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
