// SPDX-License-Identifier: MIT
#include "process/priority.h"

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/testing.h"

namespace hawser {
namespace {

bool operator==(const Priority& a, const Priority& b) {
  return a.policy == b.policy && a.level == b.level && a.nice == b.nice;
}

// In a process of its own: the tests' own priority stays as it is.
template <class Body>
int exit_code_of(Body body) {
  const pid_t pid = fork();
  if (pid == 0) _exit(body());
  int status = 0;
  waitpid(pid, &status, 0);
  return WEXITSTATUS(status);
}

TEST_CASE("a raised priority is above the usual one, which can be had back without any right") {
  const Priority usual = Priority::own();
  CHECK(exit_code_of([&] {
          const auto back = raise_priority();
          if (!back) return Priority::own() == usual ? 0 : 1;
          const Priority raised = Priority::own();
          if (raised.level <= usual.level && raised.nice >= usual.nice) return 2;
          if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0) return 3;
          back->apply();
          return Priority::own() == usual ? 0 : 4;
        }) == 0);
}

TEST_CASE("a real-time priority that somebody gave the process is left as it is") {
  CHECK(exit_code_of([] {
          sched_param given{};
          given.sched_priority = 7;
          if (sched_setscheduler(0, SCHED_FIFO, &given) != 0) return 0;  // not permitted here
          if (raise_priority()) return 1;
          return Priority::own().policy == SCHED_FIFO && Priority::own().level == 7 ? 0 : 2;
        }) == 0);
}

}  // namespace
}  // namespace hawser
