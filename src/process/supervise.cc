// SPDX-License-Identifier: MIT
#include "process/supervise.h"

#include <algorithm>

namespace hawser {
namespace {

using std::chrono::nanoseconds;

constexpr Millis kFirstPause{100};
constexpr Millis kLongestPause{10'000};
constexpr Millis kLongLife{500};
constexpr Millis kMissed{1'000};  // a tick so late means that the watcher itself did not run
constexpr int kStartFactor = 6;

}  // namespace

bool RestartPacer::is_at_once(Millis lived) const {
  return lived >= kLongLife || next_ == Millis(0);
}

Millis RestartPacer::pause_after(Millis lived) {
  if (lived >= kLongLife) next_ = Millis(0);
  const Millis pause = next_;
  next_ = next_ == Millis(0) ? kFirstPause : std::min(next_ * 2, kLongestPause);
  return pause;
}

void HangJudge::tick(int64_t now_ns) {
  if (nanoseconds(now_ns - last_ns_) > kMissed) since_ns_ = now_ns;
  last_ns_ = now_ns;
}

Micros HangJudge::age_of(int64_t beat_ns) const {
  const int64_t age_ns = last_ns_ - std::max(beat_ns, since_ns_);
  return std::chrono::duration_cast<Micros>(nanoseconds(std::max<int64_t>(0, age_ns)));
}

bool HangJudge::is_hung(int64_t beat_ns, bool starting) const {
  return limit_ > Millis(0) && age_of(beat_ns) > (starting ? limit_ * kStartFactor : limit_);
}

}  // namespace hawser
