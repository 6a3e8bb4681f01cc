// SPDX-License-Identifier: MIT
#include "process/lifeline.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <vector>

#include "base/testing.h"

namespace hawser {
namespace {

// The limits of the tests' process, which has few descriptors of its own.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(rlim_t most) {
    getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit limit{most, before_.rlim_max};
    REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  }
  ~DescriptorLimit() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

struct Pipe {
  Fd in, out;
  Pipe() {
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
    in.reset(ends[0]);
    out.reset(ends[1]);
  }
  // 0: the other end is closed
  ssize_t read() const {
    char byte;
    return ::read(in.get(), &byte, 1);
  }
};

TEST_CASE("a lifeline stays above all descriptors, and is the only one of its kind") {
  const DescriptorLimit limit(20'000);
  Pipe pipe;
  {
    Lifeline lifeline(std::move(pipe.out));
    CHECK(lifeline.fd() == 4095);
    std::vector<Fd> others;
    while (others.size() < 9'000) {
      others.emplace_back(dup(pipe.in.get()));
      REQUIRE(others.back());
      if (others.size() % 1'000 == 0) lifeline.rise();
      REQUIRE(lifeline.fd() > others.back().get());
    }
    CHECK(lifeline.fd() == 19'999);
    others.clear();
    lifeline.rise();
    CHECK(lifeline.fd() == 19'999);
    CHECK(pipe.read() == -1);
  }
  CHECK(pipe.read() == 0);
}

TEST_CASE("a lifeline lives with a low limit, and without a descriptor that is free") {
  const DescriptorLimit limit(64);
  Pipe pipe;
  Lifeline lifeline(std::move(pipe.out));
  CHECK(lifeline.fd() == 63);
  std::vector<Fd> others;
  for (Fd other; (other = Fd(dup(pipe.in.get())));) others.push_back(std::move(other));
  lifeline.rise();
  CHECK(lifeline.fd() == 63);
}

}  // namespace
}  // namespace hawser
