// SPDX-License-Identifier: MIT
// Text of bounded length, made without allocating: what does not fit is cut off.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <memory>
#include <string_view>

namespace hawser {

class LineBuffer {
 public:
  explicit LineBuffer(size_t capacity)
      : data_(std::make_unique<char[]>(capacity)), capacity_(capacity) {}

  void clear() { size_ = 0; }
  std::string_view text() const { return {data_.get(), size_}; }
  size_t size() const { return size_; }

  void put(char c) {
    if (size_ < capacity_) data_[size_++] = c;
  }
  void put(std::string_view text) {
    const size_t n = std::min(text.size(), capacity_ - size_);
    std::copy_n(text.data(), n, data_.get() + size_);  // an empty view may be null
    size_ += n;
  }
  void put_decimal(int64_t value) { put_number(value, 10, 0); }
  // Padded with zeros on the left to `digits`.
  void put_decimal(int64_t value, size_t digits) { put_number(value, 10, digits); }
  void put_hex(uint64_t value, size_t digits) {
    char text[16];
    const char* end = std::to_chars(text, text + sizeof text, value, 16).ptr;
    for (char* c = text; c != end; ++c) {
      if (*c >= 'a') *c = static_cast<char>(*c - 'a' + 'A');
    }
    pad({text, end}, digits);
  }

 private:
  void put_number(int64_t value, int base, size_t digits) {
    char text[24];
    pad({text, std::to_chars(text, text + sizeof text, value, base).ptr}, digits);
  }
  void pad(std::string_view number, size_t digits) {
    for (size_t n = number.size(); n < digits; ++n) put('0');
    put(number);
  }

  std::unique_ptr<char[]> data_;
  size_t capacity_;
  size_t size_ = 0;
};

}  // namespace hawser
