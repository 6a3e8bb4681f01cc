// SPDX-License-Identifier: MIT
// Latencies in logarithmic buckets: every value is kept to within 1/64 of itself, in a fixed amount
// of memory.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace bench {

class Histogram {
 public:
  void add(uint64_t ns) {
    ++counts_[index_of(ns)];
    ++total_;
    largest_ = std::max(largest_, ns);
  }
  void clear() { *this = Histogram(); }
  uint64_t largest() const { return largest_; }

  // The smallest recorded value (to bucket precision) that share of all values do not exceed; 0
  // when there is none.
  uint64_t quantile(double share) const {
    const auto wanted = static_cast<uint64_t>(share * static_cast<double>(total_));
    uint64_t seen = 0;
    for (size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen > wanted) return std::min(highest_in(i), largest_);
    }
    return largest_;
  }

 private:
  static constexpr unsigned kBits = 6;
  static constexpr size_t kPerPower = size_t{1} << kBits;

  // Values under 64 have a bucket each; above, each power of two is cut in 64.
  static size_t index_of(uint64_t value) {
    const auto power = static_cast<unsigned>(std::bit_width(value));
    if (power <= kBits) return value;
    const unsigned shift = power - kBits - 1;
    return (size_t{shift} << kBits) + (value >> shift);
  }
  static uint64_t highest_in(size_t index) {
    if (index < kPerPower) return index;
    const size_t shift = (index >> kBits) - 1;
    return (((index & (kPerPower - 1)) + kPerPower + 1) << shift) - 1;
  }

  std::array<uint64_t, kPerPower*(64 - kBits + 1)> counts_{};
  uint64_t total_ = 0;
  uint64_t largest_ = 0;
};

}  // namespace bench
