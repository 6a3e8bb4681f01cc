// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace hawser {

// Text with stable addresses that is thrown away as a whole. The first chunk is kept, so that the
// common case allocates nothing.
class TextArena {
 public:
  // A copy of the parts, one behind the other.
  template <class... Parts>
  std::string_view join(const Parts&... parts) {
    const size_t size = (std::string_view(parts).size() + ... + 0);
    char* const begin = allocate(size);
    char* at = begin;
    ((at = put(at, std::string_view(parts))), ...);
    return {begin, size};
  }
  void clear() {
    if (chunks_.size() > 1) chunks_.resize(1);
    used_ = 0;
  }

 private:
  static constexpr size_t kChunk = 1024;
  struct Chunk {
    std::unique_ptr<char[]> bytes;
    size_t size;
  };
  static char* put(char* at, std::string_view part) {
    if (!part.empty()) std::memcpy(at, part.data(), part.size());
    return at + part.size();
  }
  char* allocate(size_t size) {
    if (chunks_.empty() || chunks_.back().size - used_ < size) {
      const size_t room = size > kChunk ? size : kChunk;
      chunks_.push_back({std::make_unique<char[]>(room), room});
      used_ = 0;
    }
    char* at = chunks_.back().bytes.get() + used_;
    used_ += size;
    return at;
  }
  std::vector<Chunk> chunks_;
  size_t used_ = 0;  // of the last chunk
};

}  // namespace hawser
