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
struct HeadFacts {
  bool is_request = true;
  uint8_t major = 1;
  bool chunked = false;  // the last transfer coding is chunked
  bool has_length = false;
  uint64_t length = 0;
};

// Both return "" or the reason for a refusal, a constant for logs and `show errors`.
// guard_grammar() checks that a complete head is what the grammar says, byte for byte, and fills
// start_line and the ids of the fields. guard_meaning() checks what its parts say, and fills what
// follows from them: the body and its length, the Connection options.
std::string_view guard_grammar(Head& head, const HeadFacts& facts);
std::string_view guard_meaning(Head& head, const HeadFacts& facts);

}  // namespace hawser
