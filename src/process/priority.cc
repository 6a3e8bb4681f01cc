// SPDX-License-Identifier: MIT
#include "process/priority.h"

#include <sched.h>
#include <sys/resource.h>

namespace hawser {
namespace {

constexpr int kLowestRealTime = 1;  // behind every other real-time process: VRRP's, above all
constexpr int kHighestNice = -20;

}  // namespace

Priority Priority::own() {
  sched_param param{};
  sched_getparam(0, &param);
  return {sched_getscheduler(0), param.sched_priority, getpriority(PRIO_PROCESS, 0)};
}

void Priority::apply() const {
  sched_param param{};
  param.sched_priority = level;
  sched_setscheduler(0, policy, &param);
  setpriority(PRIO_PROCESS, 0, nice);
}

std::optional<Priority> raise_priority() {
  const Priority usual = Priority::own();
  if (usual.level != 0) return {};
  sched_param param{};
  param.sched_priority = kLowestRealTime;
  if (sched_setscheduler(0, SCHED_RR, &param) == 0) return usual;
  // A control group may have no share of real time.
  if (setpriority(PRIO_PROCESS, 0, kHighestNice) == 0) return usual;
  return {};
}

}  // namespace hawser
