// SPDX-License-Identifier: MIT
#include "proxy/http/h1_scan.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/text.h"

namespace hawser {
namespace {

constexpr CharSet kInName(is_token_char);
// What a target may have anywhere without being read in two ways.
constexpr CharSet kInPath([](char c) { return c > ' ' && c < 0x7f && c != '#'; });

// Bytes in front of the first control character; a tab is one.
size_t text_size(const char* at, const char* end) {
  constexpr uint64_t kOnes = ~uint64_t{0} / 0xff, kHigh = kOnes << 7;
  const char* const begin = at;
  if constexpr (std::endian::native == std::endian::little) {
    for (; end - at >= 8; at += 8) {
      uint64_t word;
      std::memcpy(&word, at, sizeof word);
      // The high bit of a byte: it is below ' ', or it is DEL. A borrow can only make bytes behind
      // the first such one look like it.
      const uint64_t del = word ^ (kOnes * 0x7f);
      const uint64_t found = (((word - kOnes * ' ') & ~word) | ((del - kOnes) & ~del)) & kHigh;
      if (found != 0) return static_cast<size_t>(at - begin) + std::countr_zero(found) / 8;
    }
  }
  return static_cast<size_t>(std::find_if(at, end, is_control) - begin);
}

// The rest of the input. What is not there as asked for leaves it where it is.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  const char* at() const { return at_; }
  // A template, so that the size is known and comparing is one instruction.
  template <size_t N>
  bool literal(const char (&text)[N]) {
    if (static_cast<size_t>(end_ - at_) < N - 1 || std::memcmp(at_, text, N - 1) != 0) return false;
    at_ += N - 1;
    return true;
  }
  std::string_view run_of(const CharSet& set) {
    const char* const begin = at_;
    while (at_ != end_ && set.has(*at_)) ++at_;
    return {begin, static_cast<size_t>(at_ - begin)};
  }
  std::string_view text() {
    const std::string_view found(at_, text_size(at_, end_));
    at_ += found.size();
    return found;
  }
  void spaces() {
    while (at_ != end_ && *at_ == ' ') ++at_;
  }
  // -1: there is none.
  int digit() { return at_ != end_ && is_digit(*at_) ? *at_++ - '0' : -1; }

 private:
  const char* at_;
  const char* end_;
};

std::string_view since(const char* begin, const Scanner& in) {
  return {begin, static_cast<size_t>(in.at() - begin)};
}

bool scan_version(Scanner& in, Head& head) {
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

bool scan_field(Scanner& in, HeaderField& field) {
  field.name = in.run_of(kInName);
  if (field.name.empty() || !in.literal(":")) return false;
  in.spaces();
  std::string_view value = in.text();
  while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
  if (!value.empty()) field.value = value;
  field.id = header_id(field.name);
  return in.literal("\r\n");
}

bool scan_fields(Scanner& in, uint32_t max_fields, Head& head, HeadFacts& facts) {
  while (!in.literal("\r\n")) {
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
bool scan_method(Scanner& in) {
  return in.literal("GET ") || in.literal("POST ") || in.literal("HEAD ") || in.literal("PUT ") ||
         in.literal("DELETE ") || in.literal("OPTIONS ") || in.literal("PATCH ");
}

}  // namespace

size_t scan_request_head(std::string_view input, uint32_t max_fields, Head& head,
                         HeadFacts& facts) {
  Scanner in(input);
  if (!scan_method(in)) return 0;
  head.method = input.substr(0, since(input.data(), in).size() - 1);
  head.target = in.run_of(kInPath);
  if (!head.target.starts_with('/') || !in.literal(" ") || !scan_version(in, head)) return 0;
  head.start_line = since(input.data(), in);
  facts = {.is_request = true, .major = 1};
  if (!in.literal("\r\n") || !scan_fields(in, max_fields, head, facts)) return 0;
  return since(input.data(), in).size();
}

size_t scan_response_head(std::string_view input, uint32_t max_fields, Head& head,
                          HeadFacts& facts) {
  Scanner in(input);
  if (!scan_version(in, head) || !in.literal(" ")) return 0;
  const int hundreds = in.digit(), tens = in.digit(), ones = in.digit();
  if (hundreds < 1 || tens < 0 || ones < 0 || !in.literal(" ")) return 0;
  head.status = static_cast<uint16_t>(hundreds * 100 + tens * 10 + ones);
  head.reason = in.text();
  if (head.reason.empty()) return 0;
  head.start_line = since(input.data(), in);
  facts = {.is_request = false, .major = 1};
  if (!in.literal("\r\n") || !scan_fields(in, max_fields, head, facts)) return 0;
  return since(input.data(), in).size();
}

}  // namespace hawser
