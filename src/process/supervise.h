// SPDX-License-Identifier: MIT
// When a process is started again, and when it counts as hung. Arithmetic on given times only.
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace hawser {

// The pauses before the restarts of one process: none, 100 ms, 200, 400 … 10 s. They keep a process
// that dies as soon as it starts from taking the machine. One that lived for half a second starts
// the series anew: two restarts a second harm nobody, and a pause would cost the clients a worker.
class RestartPacer {
 public:
  Millis pause_after(Millis lived);
  // Whether that would be none now.
  bool is_at_once(Millis lived) const;

 private:
  Millis next_{0};
};

// Neighbours accept for a worker whose heartbeat is older than this.
inline constexpr Millis kStaleAfter{500};

// Judges the heartbeats of all processes. A watcher that did not run itself (stopped, or on an
// overloaded machine) gives everybody the time that it missed.
class HangJudge {
 public:
  // `limit` 0: nobody is ever hung.
  HangJudge(Millis limit, int64_t now_ns) : limit_(limit), last_ns_(now_ns), since_ns_(now_ns) {}

  // To be called every kPeriod; judgements refer to this time.
  void tick(int64_t now_ns);
  static constexpr Millis kPeriod{100};

  bool is_stale(int64_t beat_ns) const { return age_of(beat_ns) > kStaleAfter; }
  // A process that has not served yet gets longer: it may be reading a large configuration.
  bool is_hung(int64_t beat_ns, bool starting) const;
  Micros age_of(int64_t beat_ns) const;

 private:
  Millis limit_;
  int64_t last_ns_;
  int64_t since_ns_;  // heartbeats count as not older than this
};

}  // namespace hawser
