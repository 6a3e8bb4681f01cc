// SPDX-License-Identifier: MIT
#include "base/text.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace hawser {

namespace {

using Bytes = signed char __attribute__((vector_size(16)));

// -1 where there is one.
Bytes controls_in(Bytes chars) {
  return ((chars >= 0) & (chars < ' ') & (chars != '\t')) | (chars == 0x7f);
}

}  // namespace

size_t count_controls(std::string_view text) {
  constexpr uint64_t kOnes = ~uint64_t{0} / 0xff;
  // A vector's counts are added up in one byte, eight and eight, which may not overflow.
  constexpr size_t kPerSum = 15;
  size_t count = 0;
  for (bool more = !text.empty(); more;) {
    Bytes found{};
    for (size_t i = 0; more && i < kPerSum; ++i) {
      Bytes chars = Bytes{} + ' ';
      more = text.size() > sizeof chars;
      if (text.size() >= sizeof chars) {
        std::memcpy(&chars, text.data(), sizeof chars);
        text.remove_prefix(sizeof chars);
      } else {
        std::memcpy(&chars, text.data(), text.size());
      }
      found -= controls_in(chars);
    }
    uint64_t halves[2];
    std::memcpy(halves, &found, sizeof found);
    count += ((halves[0] + halves[1]) * kOnes) >> 56;
  }
  return count;
}

bool iequals(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return ascii_lower(x) == ascii_lower(y);
         });
}

bool istarts_with(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && iequals(text.substr(0, prefix.size()), prefix);
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), ascii_lower);
  return out;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

namespace {

template <class Int>
std::optional<Int> parse_whole(std::string_view text) {
  Int value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<int64_t> parse_int(std::string_view text) { return parse_whole<int64_t>(text); }
std::optional<uint64_t> parse_uint(std::string_view text) { return parse_whole<uint64_t>(text); }

std::string quoted(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out = "'";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      out += c;
    }
  }
  return out + "'";
}

}  // namespace hawser
