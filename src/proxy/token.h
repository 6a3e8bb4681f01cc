// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace hawser {

// A character of a token (RFC 9110, section 5.6.2): of a method, a header's name, a cookie's name.
constexpr bool is_token_char(char c) {
  return is_alnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}
constexpr bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

}  // namespace hawser
