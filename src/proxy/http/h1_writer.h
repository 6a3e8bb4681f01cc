// SPDX-License-Identifier: MIT
// A head as the pieces to send: the received bytes in as few runs as the changes allow.
#pragma once

#include <sys/uio.h>

#include <array>
#include <span>
#include <string_view>

#include "proxy/http/head.h"

namespace hawser {

// Neighbouring pieces are merged; when there is no room for more pieces, they are copied into text
// of our own.
class Pieces {
 public:
  void add(std::string_view text) {
    if (text.empty()) return;
    size_ += text.size();
    if (end_ == text.data()) {
      pieces_[count_ - 1].iov_len += text.size();
      end_ += text.size();
    } else {
      add_apart(text);
    }
  }
  std::span<const iovec> span() const { return {pieces_.data(), count_}; }
  size_t size() const { return size_; }
  bool empty() const { return count_ == 0; }

 private:
  static constexpr size_t kMax = 64;
  void add_apart(std::string_view text);
  std::array<iovec, kMax> pieces_;
  const char* end_ = nullptr;  // of the last piece
  size_t count_ = 0;
  size_t size_ = 0;
  std::string overflow_;
};

// The head with its dropped and added fields, and the empty line.
void write_head(const Head& head, Pieces& out);

}  // namespace hawser
