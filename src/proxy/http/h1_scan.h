// SPDX-License-Identifier: MIT
// Most heads are beyond doubt: a usual method, a path, and lines that are what the grammar of
// RFC 9112 says to the letter. Those are taken apart here, eight bytes at a time. A head that is
// broken, incomplete or only unusual is not judged: llhttp reads it. What is taken here llhttp
// takes as well, with the same parts; fuzz/fuzz_h1.cc compares the two.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "proxy/http/h1_guard.h"
#include "proxy/http/head.h"

namespace hawser {

// Fills the parts of `head`, which was cleared, and `facts` from the start of `input`. Returns the
// size of the head; 0: it is not one of those, and `head` is void.
size_t scan_request_head(std::string_view input, uint32_t max_fields, Head& head, HeadFacts& facts);
size_t scan_response_head(std::string_view input, uint32_t max_fields, Head& head,
                          HeadFacts& facts);

}  // namespace hawser
