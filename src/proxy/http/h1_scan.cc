// SPDX-License-Identifier: MIT
#include "proxy/http/h1_scan.h"

#include <bit>
#include <cstring>

#include "base/text.h"
#include "proxy/http/cursor.h"

namespace hawser {
namespace {

constexpr CharSet kInName(is_token_char);
// What a target may have anywhere without being read in two ways.
constexpr CharSet kInPath([](char c) { return c > ' ' && c < 0x7f && c != '#'; });

// Bytes in front of the first control character; a tab is one.
size_t text_size(std::string_view rest) {
  constexpr uint64_t kOnes = ~uint64_t{0} / 0xff, kHigh = kOnes << 7;
  size_t at = 0;
  if constexpr (std::endian::native == std::endian::little) {
    for (; rest.size() - at >= 8; at += 8) {
      uint64_t word;
      std::memcpy(&word, rest.data() + at, sizeof word);
      // The high bit of a byte: it is below ' ', or it is DEL. A borrow can only make bytes behind
      // the first such one look like it.
      const uint64_t del = word ^ (kOnes * 0x7f);
      const uint64_t found = (((word - kOnes * ' ') & ~word) | ((del - kOnes) & ~del)) & kHigh;
      if (found != 0) return at + static_cast<size_t>(std::countr_zero(found)) / 8;
    }
  }
  while (at < rest.size() && !is_control(rest[at])) ++at;
  return at;
}

bool scan_version(Cursor& in, Head& head) {
  if (!in.literal("HTTP/1.")) return false;
  const int minor = in.digit();
  head.minor = static_cast<uint8_t>(minor);
  return minor == 0 || minor == 1;
}

// More digits may be more than 64 bits.
constexpr size_t kLengthDigits = 18;

bool scan_length(std::string_view value, HeadFacts& facts) {
  if (facts.has_length || value.empty() || value.size() > kLengthDigits) return false;
  facts.length = 0;
  for (const char c : value) {
    if (!is_digit(c)) return false;
    facts.length = facts.length * 10 + static_cast<uint64_t>(c - '0');
  }
  facts.has_length = true;
  return true;
}

bool scan_field(Cursor& in, HeaderField& field) {
  field.name = in.run_of(kInName);
  if (field.name.empty() || !in.literal(":")) return false;
  in.blanks();
  std::string_view value = in.take(text_size(in.rest()));
  while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
  if (!value.empty()) field.value = value;
  field.id = header_id(field.name);
  return in.line_end();
}

bool scan_fields(Cursor& in, uint32_t max_fields, Head& head, HeadFacts& facts) {
  while (!in.line_end()) {
    if (head.fields.size() == max_fields) return false;
    HeaderField& field = head.fields.emplace_back();
    if (!scan_field(in, field)) return false;
    // What follows these is llhttp's to keep track of.
    if (field.id == HeaderId::kTransferEncoding || field.id == HeaderId::kUpgrade) return false;
    if (field.id == HeaderId::kContentLength && !scan_length(field.value, facts)) return false;
  }
  return true;
}

// The methods of nearly all requests.
bool scan_method(Cursor& in) {
  return in.literal("GET ") || in.literal("POST ") || in.literal("HEAD ") || in.literal("PUT ") ||
         in.literal("DELETE ") || in.literal("OPTIONS ") || in.literal("PATCH ");
}

}  // namespace

size_t scan_request_head(std::string_view input, uint32_t max_fields, Head& head,
                         HeadFacts& facts) {
  Cursor in(input);
  if (!scan_method(in)) return 0;
  head.method = input.substr(0, in.since(input.data()).size() - 1);
  head.target = in.run_of(kInPath);
  if (!head.target.starts_with('/') || !in.literal(" ") || !scan_version(in, head)) return 0;
  head.start_line = in.since(input.data());
  facts = {.is_request = true, .major = 1};
  if (!in.line_end() || !scan_fields(in, max_fields, head, facts)) return 0;
  return in.since(input.data()).size();
}

size_t scan_response_head(std::string_view input, uint32_t max_fields, Head& head,
                          HeadFacts& facts) {
  Cursor in(input);
  if (!scan_version(in, head) || !in.literal(" ")) return 0;
  const int hundreds = in.digit(), tens = in.digit(), ones = in.digit();
  if (hundreds < 1 || tens < 0 || ones < 0 || !in.literal(" ")) return 0;
  head.status = static_cast<uint16_t>(hundreds * 100 + tens * 10 + ones);
  head.reason = in.take(text_size(in.rest()));
  if (head.reason.empty()) return 0;
  head.start_line = in.since(input.data());
  facts = {.is_request = false, .major = 1};
  if (!in.line_end() || !scan_fields(in, max_fields, head, facts)) return 0;
  return in.since(input.data()).size();
}

}  // namespace hawser
