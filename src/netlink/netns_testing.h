// SPDX-License-Identifier: MIT
// For tests of what touches the kernel: a network namespace of their own.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/testing.h"
#include "base/text.h"

namespace hawser {

// The process is in a namespace of its own while this lives, and goes back then. Sockets stay in
// the namespace that they were opened in.
class TestNamespace {
 public:
  TestNamespace() : before_(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)) {
    inside_ = before_ && unshare(CLONE_NEWNET) == 0;
    // Catch2 v2 has no way to skip; the reason is at least seen.
    if (!inside_)
      WARN("not run, because it needs root for a network namespace: " << strerror(errno));
  }
  ~TestNamespace() {
    if (inside_) setns(before_.get(), CLONE_NEWNET);
  }
  TestNamespace(const TestNamespace&) = delete;
  TestNamespace& operator=(const TestNamespace&) = delete;
  explicit operator bool() const { return inside_; }

 private:
  Fd before_;
  bool inside_;
};

// Runs a command and returns what it printed; a failure fails the test.
inline std::string run(const std::string& command) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "re");
  REQUIRE(pipe != nullptr);
  std::string output;
  char buffer[4096];
  while (const size_t n = fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, n);
  INFO(command << ": " << output);
  REQUIRE(pclose(pipe) == 0);
  return output;
}

// How many lines of what a command says have this in them. It fails the test where the command
// does.
inline size_t lines_with(std::string_view text, const std::string& command) {
  const std::string output = run(command);
  size_t count = 0;
  for (const std::string_view line : split(output, '\n')) {
    if (!line.empty() && line.find(text) != line.npos) ++count;
  }
  return count;
}

}  // namespace hawser
