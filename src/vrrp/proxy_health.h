// SPDX-License-Identifier: MIT
// Whether the proxy beside us can serve: what `track-proxy` asks before an address is held. Reads
// heartbeats in shared memory; never a process table, a script or a connection.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "shm/shared.h"

namespace hawser {

class ProxyHealth {
 public:
  // A master that nobody hears from for `master_limit` counts as hung; 0: never.
  ProxyHealth(Shared& shared, Millis master_limit);

  // To be called every kPeriod; what sick() says refers to this time (monotonic). A look that comes
  // late (this process was stopped, or the machine was) gives everybody the time it missed.
  void look(int64_t now_ns);
  static constexpr Millis kPeriod{20};

  // Has a worker never served yet? Then nothing is known.
  bool is_starting() const;

  // Why the proxy cannot serve, for the log; empty: it can. A worker is sick when it has not turned
  // its loop, or was dead and is not back, or could accept no connection, for longer than
  // `deadline`.
  std::string sick(Millis deadline) const;

  // When sick(deadline) may change for a lack of heartbeats, so that nobody looks later than that.
  int64_t due_ns(Millis deadline) const;

 private:
  struct Worker {
    int64_t well_ns = 0;  // last time it was known to serve; 0: never
    int64_t deaf_ns = 0;  // since when it can accept nothing; 0: it can
    ProcessState state = ProcessState::kAbsent;
  };
  Shared& shared_;
  const int64_t master_limit_ns_;
  int64_t now_ns_ = 0, since_ns_ = 0;  // nothing counts as older than since_ns_
  int64_t master_ns_ = 0;
  bool stopping_ = false;
  std::vector<Worker> workers_;
};

}  // namespace hawser
