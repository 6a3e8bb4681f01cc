// SPDX-License-Identifier: MIT
// ASCII text: none of this depends on the locale.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hawser {

constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}
constexpr char ascii_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c;
}
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; }
constexpr bool is_alnum(char c) { return is_digit(c) || is_alpha(c); }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
// Control characters other than tabs. Every byte of every head is asked: it looks at sixteen at a
// time.
size_t count_controls(std::string_view text);
inline bool has_control(std::string_view text) { return count_controls(text) != 0; }

// Characters that a text may not have, or has to be made of.
class CharSet {
 public:
  template <class Predicate>
  constexpr explicit CharSet(Predicate contains) {
    for (size_t c = 0; c < members_.size(); ++c) members_[c] = contains(static_cast<char>(c));
  }
  constexpr bool has(char c) const { return members_[static_cast<unsigned char>(c)]; }
  constexpr bool has_any_of(std::string_view text) const {
    return std::any_of(text.begin(), text.end(), [this](char c) { return has(c); });
  }

 private:
  std::array<bool, 256> members_{};
};

// A character of a token (RFC 9110, section 5.6.2): of a method, a header's name, a cookie's name.
constexpr bool is_token_char(char c) {
  return is_alnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}
constexpr bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

// Equality without regard to ASCII case.
bool iequals(std::string_view a, std::string_view b);
bool istarts_with(std::string_view text, std::string_view prefix);
std::string to_lower(std::string_view text);

// Without blanks and tabs at both ends.
std::string_view trim(std::string_view text);

// The parts between separators, empty ones included; "" has one part.
std::vector<std::string_view> split(std::string_view text, char separator);

// The whole of `text` as a decimal number, with an optional '-' for the signed one; nullopt:
// anything else, or overflow.
std::optional<int64_t> parse_int(std::string_view text);
std::optional<uint64_t> parse_uint(std::string_view text);

// 'text' in single quotes, with control characters as \xNN, for messages.
std::string quoted(std::string_view text);

}  // namespace hawser
