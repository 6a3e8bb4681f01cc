// SPDX-License-Identifier: MIT
// For tests of what happens when descriptors run out.
#pragma once

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <vector>

#include "base/fd.h"
#include "base/testing.h"

namespace hawser {

// While this lives, only so many more descriptors can be opened.
class FdShortage {
 public:
  explicit FdShortage(size_t left) {
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before_) == 0);
    // A limit is one of numbers: the first that may not be had is one above those that are free.
    std::vector<Fd> free;
    while (free.size() <= left) free.emplace_back(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
    REQUIRE(free.back());
    const rlimit limit{static_cast<rlim_t>(free.back().get()), before_.rlim_max};
    REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  }
  ~FdShortage() { setrlimit(RLIMIT_NOFILE, &before_); }
  FdShortage(const FdShortage&) = delete;
  FdShortage& operator=(const FdShortage&) = delete;

 private:
  rlimit before_;
};

}  // namespace hawser
