// SPDX-License-Identifier: MIT
// The global section: what the processes are and what they may use.
#include <fmt/format.h>

#include "base/text.h"
#include "config/account.h"
#include "config/keyword.h"

namespace hawser {
namespace {

template <bool GlobalConfig::*Member, bool Value>
bool set_flag(KeywordCall& call) {
  call.global().*Member = Value != call.negated();
  return true;
}

template <uint32_t GlobalConfig::*Member>
bool set_number(KeywordCall& call) {
  const auto value = call.take_int("<number>");
  if (!value) return false;
  call.global().*Member = static_cast<uint32_t>(*value);
  return true;
}

// The start is refused in any case: to run out of descriptors under load is worse.
bool keep_limits_strict(KeywordCall&) { return true; }

// Where a file gives the value twice, the first one counts, as HAProxy has it: a command line that
// puts an own file in front of the packaged one relies on it.
template <std::string GlobalConfig::*Member>
bool set_path(KeywordCall& call) {
  const auto path = call.take("<path>");
  if (!path) return false;
  std::string& value = call.global().*Member;
  if (path->text.empty()) {
    call.error(fmt::format("{} needs a path", quoted(call.keyword().text)));
    return false;
  }
  if (value.empty()) {
    value = path->text;
  } else if (value != path->text) {
    call.warning(fmt::format("{} is already {}; this line has no effect",
                             quoted(call.keyword().text), quoted(value)));
  }
  return true;
}

// As many as shm/layout.h has slots for.
constexpr int64_t kMostWorkers = 64;

bool set_nbproc(KeywordCall& call) {
  if (call.take_if("auto")) {
    call.global().nbproc = 0;
    return true;
  }
  const auto value = call.take_int("the number of workers", 1, kMostWorkers);
  if (!value) return false;
  call.global().nbproc = static_cast<uint32_t>(*value);
  return true;
}

bool set_id(KeywordCall& call, std::optional<uint32_t>& id, uint32_t value) {
  if (!id) {
    id = value;
  } else if (*id != value) {
    call.warning(fmt::format("the {} id is already {}; this line has no effect",
                             &id == &call.global().uid ? "user" : "group", *id));
  }
  return true;
}

template <std::optional<uint32_t> GlobalConfig::*Member>
bool set_numeric_id(KeywordCall& call) {
  const auto value = call.take_int("<id>", 0, UINT32_MAX - 1);
  return value && set_id(call, call.global().*Member, static_cast<uint32_t>(*value));
}

bool set_user(KeywordCall& call) {
  const auto uid = take_user(call);
  if (!uid) return false;
  call.global().user = call.words()[call.position() - 1].text;
  return set_id(call, call.global().uid, *uid);
}

bool set_group(KeywordCall& call) {
  const auto gid = take_group(call);
  if (!gid) return false;
  call.global().group = call.words()[call.position() - 1].text;
  return set_id(call, call.global().gid, *gid);
}

bool set_hung_worker_timeout(KeywordCall& call) {
  // Below a second, one slow system call would cost a healthy worker its connections.
  constexpr Millis kLeast{1000};
  const auto value = call.take_duration("<time>");
  if (!value) return false;
  if (*value < kLeast) {
    call.error("'hung-worker-timeout' must be at least 1s");
    return false;
  }
  call.global().hung_worker_timeout = *value;
  return true;
}

bool accept_master_worker(KeywordCall& call) {
  call.take_if("no-exit-on-failure");
  return true;
}

constexpr Keyword kRows[] = {
    {.name = "chroot",
     .sections = kInGlobal,
     .parse = set_path<&GlobalConfig::chroot>,
     .args = "<dir>",
     .summary = "directory that workers and control are confined to"},
    {.name = "daemon",
     .sections = kInGlobal,
     .parse = set_flag<&GlobalConfig::daemon, true>,
     .summary = "goes to the background"},
    {.name = "debug",
     .sections = kInGlobal,
     .parse = set_flag<&GlobalConfig::debug, true>,
     .summary = "stays in the foreground, as -d does"},
    {.name = "fd-hard-limit",
     .sections = kInGlobal,
     .parse = set_number<&GlobalConfig::fd_hard_limit>,
     .args = "<number>",
     .summary = "most descriptors that a process may raise its limit to"},
    {.name = "gid",
     .sections = kInGlobal,
     .parse = set_numeric_id<&GlobalConfig::gid>,
     .args = "<id>",
     .summary = "group id of workers and control"},
    {.name = "group",
     .sections = kInGlobal,
     .parse = set_group,
     .args = "<name>",
     .summary = "group of workers and control"},
    {.name = "hung-worker-timeout",
     .sections = kInGlobal,
     .parse = set_hung_worker_timeout,
     .args = "<time>",
     .summary = "silence after which a worker is killed and replaced"},
    {.name = "master-worker",
     .sections = kInGlobal,
     .parse = accept_master_worker,
     .args = "[no-exit-on-failure]",
     .summary = "says what is always so: a master supervises the workers"},
    {.name = "maxconn",
     .sections = kInGlobal,
     .parse = set_number<&GlobalConfig::maxconn>,
     .args = "<number>",
     .summary = "most connections of clients, over all workers"},
    {.name = "nbproc",
     .sections = kInGlobal,
     .parse = set_nbproc,
     .args = "<number>|auto",
     .summary = "number of workers"},
    {.name = "noreuseport",
     .sections = kInGlobal,
     .parse = set_flag<&GlobalConfig::reuseport, false>,
     .summary = "one listening socket for all workers instead of one each"},
    {.name = "nosplice",
     .sections = kInGlobal,
     .parse = set_flag<&GlobalConfig::splice, false>,
     .summary = "forwards bulk data without splice()"},
    {.name = "pidfile",
     .sections = kInGlobal,
     .parse = set_path<&GlobalConfig::pidfile>,
     .args = "<file>",
     .summary = "file that gets the master's process id"},
    {.name = "quiet",
     .sections = kInGlobal,
     .parse = set_flag<&GlobalConfig::quiet, true>,
     .summary = "prints nothing after the start"},
    {.name = "set-dumpable",
     .sections = kInGlobal,
     .parse = set_flag<&GlobalConfig::dumpable, true>,
     .summary = "lets processes that changed their user leave a core file",
     .negatable = true},
    {.name = "strict-limits",
     .sections = kInGlobal,
     .parse = keep_limits_strict,
     .summary = "refuses to start where the system's limits are too low"},
    {.name = "uid",
     .sections = kInGlobal,
     .parse = set_numeric_id<&GlobalConfig::uid>,
     .args = "<id>",
     .summary = "user id of workers and control"},
    {.name = "ulimit-n",
     .sections = kInGlobal,
     .parse = set_number<&GlobalConfig::ulimit_n>,
     .args = "<number>",
     .summary = "descriptors a process may have"},
    {.name = "user",
     .sections = kInGlobal,
     .parse = set_user,
     .args = "<name>",
     .summary = "user that workers and control run as"},
    {.name = "zero-warning",
     .sections = kInGlobal,
     .parse = set_flag<&GlobalConfig::zero_warning, true>,
     .summary = "refuses to start when there is a warning"},
};
HW_REGISTER(Keyword, kRows);

}  // namespace
}  // namespace hawser
