// SPDX-License-Identifier: MIT
#include "logging/log_text.h"

#include <array>

#include "base/assert.h"
#include "logging/log_alias.h"

namespace hawser {
namespace {

enum CharClass : uint8_t { kBadInRequest = 1, kBadInHeader = 2, kBackslashed = 4 };

constexpr std::array<uint8_t, 256> make_classes() {
  std::array<uint8_t, 256> out{};
  for (size_t c = 0; c < out.size(); ++c) {
    if (c < 32 || c > 126 || c == '"' || c == '#') out[c] |= kBadInRequest | kBadInHeader;
    if (c == '{' || c == '|' || c == '}') out[c] |= kBadInHeader;
    if (c == '"' || c == '\\' || c == ']') out[c] |= kBackslashed;
  }
  return out;
}
constexpr std::array<uint8_t, 256> kClasses = make_classes();

constexpr uint8_t encoded_class(LogEncoding encoding) {
  switch (encoding) {
    case LogEncoding::kNone:
      return 0;
    case LogEncoding::kRequest:
      return kBadInRequest;
    case LogEncoding::kHeader:
      return kBadInHeader;
  }
  HW_UNREACHABLE();
}

}  // namespace

void put_log_part(LineBuffer& out, std::string_view text, uint8_t flags, LogEncoding encoding) {
  const uint8_t encoded = encoded_class(encoding);
  const uint8_t special = encoded | ((flags & kLogEscaped) != 0 ? kBackslashed : 0);
  size_t clean = 0;  // where the run of harmless characters began
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<uint8_t>(text[i]);
    if ((kClasses[c] & special) == 0) continue;
    out.put(text.substr(clean, i - clean));
    clean = i + 1;
    if ((kClasses[c] & encoded) != 0) {
      out.put('#');
      out.put_hex(c, 2);
    } else {
      out.put('\\');
      out.put(text[i]);
    }
  }
  out.put(text.substr(clean));
}

void put_log_text(LineBuffer& out, std::string_view text, uint8_t flags, LogEncoding encoding) {
  const bool quoted = (flags & kLogQuoted) != 0;
  if (quoted) out.put('"');
  put_log_part(out, text, flags, encoding);
  if (quoted) out.put('"');
}

void put_log_text_or_dash(LineBuffer& out, std::string_view text, uint8_t flags,
                          LogEncoding encoding) {
  if (text.empty() && (flags & kLogQuoted) == 0) return out.put('-');
  put_log_text(out, text, flags, encoding);
}

}  // namespace hawser
