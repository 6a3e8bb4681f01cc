// SPDX-License-Identifier: MIT
#include "process/limits.h"

#include <errno.h>
#include <fmt/core.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "shm/layout.h"

namespace hawser {
namespace {

constexpr uint32_t kFdsPerConnection = 2;
constexpr uint32_t kFdsPerPipe = 2;
constexpr uint32_t kReserve = 32;  // standard streams, loops, channels, log sockets, a spare

}  // namespace

Result<LimitPlan> plan_limits(const LimitInputs& in) {
  const uint64_t cap = in.fd_hard_limit != 0 ? in.fd_hard_limit : kDefaultHardLimit;
  LimitPlan plan{in.maxconn, in.soft, in.hard};
  if (in.maxconn == 0) {
    const uint64_t fds = in.ulimit_n != 0 ? in.ulimit_n : std::min(in.hard, cap);
    if (fds < in.fixed + kFdsPerConnection) {
      return Error{
          fmt::format("the limit of {} file descriptors leaves none for connections: {} are "
                      "needed for listeners and the like; raise it (ulimit -n, "
                      "LimitNOFILE=, or 'ulimit-n' in the global section)",
                      fds, in.fixed)};
    }
    plan.maxconn = static_cast<uint32_t>((fds - in.fixed) / kFdsPerConnection);
  }
  const uint64_t needed = in.fixed + uint64_t{kFdsPerConnection} * plan.maxconn;
  const uint64_t wanted = in.ulimit_n != 0 ? in.ulimit_n : needed;
  if (in.fd_hard_limit != 0 && wanted > cap) {
    return Error{
        fmt::format("'maxconn {}' needs {} file descriptors, more than 'fd-hard-limit {}' "
                    "allows",
                    plan.maxconn, wanted, cap)};
  }
  if (in.ulimit_n != 0 && in.ulimit_n < needed) {
    return Error{
        fmt::format("'maxconn {}' needs {} file descriptors, more than 'ulimit-n {}': raise "
                    "it, or leave it out",
                    plan.maxconn, needed, in.ulimit_n)};
  }
  if (wanted > in.hard && !in.may_raise_hard) {
    return Error{
        fmt::format("{} file descriptors are needed, for {} connections, but the system's "
                    "limit is {}: raise it (ulimit -n, LimitNOFILE=) or lower 'maxconn'",
                    wanted, plan.maxconn, in.hard)};
  }
  plan.soft = std::max(in.soft, wanted);
  plan.hard = std::max(in.hard, wanted);
  return plan;
}

Result<uint32_t> set_limits(const Config& config, uint32_t maxconn, uint32_t workers) {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return errno_error("cannot read the limit of file descriptors", errno);
  }
  LimitInputs in;
  in.maxconn = maxconn != 0 ? maxconn : config.global.maxconn;
  in.ulimit_n = config.global.ulimit_n;
  in.fd_hard_limit = config.global.fd_hard_limit;
  in.soft = limit.rlim_cur;
  in.hard = limit.rlim_max;
  in.may_raise_hard = geteuid() == 0;
  const uint64_t sockets =
      uint64_t{config.listeners} * workers + config.global.stats_sockets.size();
  const uint64_t fixed = sockets + kProcessSlots + kReserve + config.global.stats_maxconn +
                         uint64_t{kFdsPerPipe} * config.global.tune.maxpipes;
  in.fixed = static_cast<uint32_t>(std::min<uint64_t>(fixed, UINT32_MAX));
  const auto plan = plan_limits(in);
  if (!plan) return plan.error();

  const rlimit wanted = {plan->soft, plan->hard};
  if ((wanted.rlim_cur != limit.rlim_cur || wanted.rlim_max != limit.rlim_max) &&
      setrlimit(RLIMIT_NOFILE, &wanted) != 0) {
    const int error = errno;
    // Root in a container may lack the capability for it.
    in.may_raise_hard = false;
    if (const auto refused = plan_limits(in); error == EPERM && !refused) return refused.error();
    return errno_error(fmt::format("cannot raise the limit of file descriptors to {}", plan->soft),
                       error);
  }
  return plan->maxconn;
}

}  // namespace hawser
