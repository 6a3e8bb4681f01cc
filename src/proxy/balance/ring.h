// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "config/model.h"

namespace hawser {

// The ring of `hash-type consistent`: 32-bit keys, each server at as many of them as its weight
// says.
class Ring {
 public:
  struct Member {
    uint32_t id;        // of the configuration: the same ids give the same ring on every proxy
    uint32_t position;  // in the backend
    uint32_t points;    // 1 … 4096
  };
  void rebuild(const std::vector<Member>& members);

  // Starts at the point nearest to `hash` (the one before it, when both are as near), and goes
  // upwards and around until `accept(position)`; kNoIndex: none was accepted.
  template <class Accept>
  uint32_t walk(uint32_t hash, Accept accept) const {
    if (points_.empty()) return kNoIndex;
    const size_t start = nearest(hash);
    size_t i = start;
    do {
      if (accept(uint32_t{points_[i].position})) return points_[i].position;
      i = after(i);
    } while (i != start);
    return kNoIndex;
  }

 private:
  struct Point {
    uint32_t key;
    uint32_t position;
  };
  size_t after(size_t i) const { return i + 1 == points_.size() ? 0 : i + 1; }
  size_t nearest(uint32_t hash) const;
  size_t bucket_of(uint32_t key) const { return static_cast<size_t>(uint64_t{key} >> shift_); }

  std::vector<Point> points_;  // sorted by key
  std::vector<uint32_t>
      bucket_;  // where the points of each range of keys begin; one more at the end
  int shift_ = 32;
};

}  // namespace hawser
