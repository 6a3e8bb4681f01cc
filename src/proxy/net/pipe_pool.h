// SPDX-License-Identifier: MIT
// Pipes for splice(2), kept for the next bulk transfer: making one costs more than the transfer of
// a small body.
#pragma once

#include <cstdint>
#include <vector>

#include "proxy/net/conn.h"
#include "shm/counters.h"

namespace hawser {

class PipePool {
 public:
  // `limit`: how many may exist (`maxpipes`); `size`: `tune.pipesize`, 0: large enough for a
  // window. The gauges of `counters`, which a worker that died may have left behind, begin anew.
  PipePool(uint32_t limit, uint32_t size, ProcessCounters& counters);

  // nullptr: none is to be had; copy instead.
  std::unique_ptr<Pipe> take();
  // An empty pipe is kept, one with bytes in it is closed.
  void give_back(std::unique_ptr<Pipe> pipe);

 private:
  static constexpr size_t kMaxFree = 64;
  void publish();

  uint32_t limit_, size_;
  uint32_t made_ = 0;
  ProcessCounters& counters_;
  std::vector<std::unique_ptr<Pipe>> free_;
};

}  // namespace hawser
