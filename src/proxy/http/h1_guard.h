// SPDX-License-Identifier: MIT
// What makes request smuggling impossible: every head that two programs could read in two ways is
// refused (RFC 9112, section 11.2). llhttp accepts a little more than the grammar; the difference
// ends here.
#pragma once

#include <cstdint>
#include <string_view>

#include "proxy/http/head.h"

namespace hawser {

// What the parser found out about framing.
struct GuardInput {
  bool is_request;
  uint8_t major;
  bool chunked;            // the last transfer coding is chunked
  bool transfer_encoding;  // there is a Transfer-Encoding
  bool has_length;
  uint64_t length;
};

// Checks a complete head and fills what follows from it: start_line, field ids, body and its
// length, the Connection options. Returns "" or the reason for a refusal, a constant for logs and
// `show errors`.
std::string_view guard_head(Head& head, const GuardInput& facts);

}  // namespace hawser
