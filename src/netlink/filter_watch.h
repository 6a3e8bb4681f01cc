// SPDX-License-Identifier: MIT
// Tells when tables of nf_tables were removed: a firewall that is started anew begins with `flush
// ruleset`, which removes everybody's.
#pragma once

#include <functional>
#include <memory>

#include "base/fd.h"
#include "base/result.h"
#include "loop/loop.h"
#include "loop/watch.h"

namespace hawser {

class FilterWatch {
 public:
  // `removed` is called once for all that was removed together, also by this process.
  static Result<std::unique_ptr<FilterWatch>> open(Loop& loop, std::function<void()> removed);

 private:
  FilterWatch(Loop& loop, Fd fd, std::function<void()> removed);
  void receive();

  Fd fd_;
  std::function<void()> removed_;
  FdWatch watch_;
};

}  // namespace hawser
