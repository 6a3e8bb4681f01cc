// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

#include "base/text.h"

namespace hawser {

// Reads the bytes of a head from front to back. What is not there as asked for leaves it where it
// is.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  const char* at() const { return at_; }
  bool at_end() const { return at_ == end_; }
  std::string_view rest() const { return {at_, left()}; }
  // What was read from there on.
  std::string_view since(const char* begin) const {
    return {begin, static_cast<size_t>(at_ - begin)};
  }

  std::string_view take(size_t n) {
    at_ += n;
    return since(at_ - n);
  }
  // This very place, and not only equal bytes.
  bool part(std::string_view text) {
    if (text.data() != at_ || text.size() > left()) return false;
    at_ += text.size();
    return true;
  }
  // A template, so that the size is known and comparing is one instruction.
  template <size_t N>
  bool literal(const char (&text)[N]) {
    if (left() < N - 1 || std::memcmp(at_, text, N - 1) != 0) return false;
    at_ += N - 1;
    return true;
  }
  bool line_end() { return literal("\r\n"); }
  int digit() { return at_ != end_ && is_digit(*at_) ? *at_++ - '0' : -1; }  // -1: there is none
  void blanks() {
    while (at_ != end_ && is_blank(*at_)) ++at_;
  }
  std::string_view run_of(const CharSet& set) {
    const char* const begin = at_;
    while (at_ != end_ && set.has(*at_)) ++at_;
    return since(begin);
  }

 private:
  size_t left() const { return static_cast<size_t>(end_ - at_); }
  const char* at_;
  const char* end_;
};

}  // namespace hawser
