// SPDX-License-Identifier: MIT
#include "proxy/balance/ring.h"

#include <algorithm>
#include <bit>

#include "base/hash.h"

namespace hawser {
namespace {

// Point n of a server is at avalanche(id * 4096 + n), as HAProxy has it.
constexpr uint32_t kIdStride = 4096;

}  // namespace

// The keys are spread evenly, so sorting them is putting each into its bucket, with about one point
// a bucket, and finding one is looking into its bucket.
void Ring::rebuild(const std::vector<Member>& members) {
  size_t total = 0;
  for (const Member& member : members) total += member.points;
  const int bits = static_cast<int>(std::bit_width(total));
  shift_ = 32 - std::min(bits, 24);
  bucket_.assign(bucket_of(UINT32_MAX) + 2, 0);
  points_.resize(total);

  const auto each_key = [&members](auto visit) {
    for (const Member& member : members) {
      for (uint32_t n = 0; n < member.points; ++n) {
        visit(avalanche(member.id * kIdStride + n), member.position);
      }
    }
  };
  each_key([this](uint32_t key, uint32_t) { ++bucket_[bucket_of(key) + 1]; });
  for (size_t i = 1; i < bucket_.size(); ++i) bucket_[i] += bucket_[i - 1];
  std::vector<uint32_t> next(bucket_.begin(), bucket_.end() - 1);
  each_key([&](uint32_t key, uint32_t position) {
    points_[next[bucket_of(key)]++] = {key, position};
  });
  for (size_t i = 0; i + 1 < bucket_.size(); ++i) {
    std::sort(points_.begin() + bucket_[i], points_.begin() + bucket_[i + 1],
              [](const Point& a, const Point& b) { return a.key < b.key; });
  }
}

size_t Ring::nearest(uint32_t hash) const {
  const size_t bucket = bucket_of(hash);
  size_t above = bucket_[bucket];
  while (above < bucket_[bucket + 1] && points_[above].key < hash) ++above;
  const size_t below = (above == 0 ? points_.size() : above) - 1;
  if (above == points_.size()) above = 0;
  // Distances around the ring: unsigned arithmetic wraps as the ring does.
  return hash - points_[below].key <= points_[above].key - hash ? below : above;
}

}  // namespace hawser
