// SPDX-License-Identifier: MIT
// Foreign bytes in log lines: quoting and encoding, so that no client can forge a line or a field.
#pragma once

#include <cstdint>
#include <string_view>

#include "logging/line_buffer.h"

namespace hawser {

// Which characters become "#XX" besides those that are not printable ASCII, '"' and '#'.
enum class LogEncoding : uint8_t {
  kNone,     // our own words: nothing is encoded
  kRequest,  // request lines and cookies: nothing else
  kHeader,   // captured headers: '{', '|', '}'
};

// The text as `flags` (LogFlag bits; kLogHex means nothing here) want it.
void put_log_text(LineBuffer& out, std::string_view text, uint8_t flags, LogEncoding encoding);

// The same without quotes, for parts of a field.
void put_log_part(LineBuffer& out, std::string_view text, uint8_t flags, LogEncoding encoding);

// The same, where a text that is not known is shown as "-", or as "" in quotes.
void put_log_text_or_dash(LineBuffer& out, std::string_view text, uint8_t flags,
                          LogEncoding encoding);

}  // namespace hawser
