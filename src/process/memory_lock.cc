// SPDX-License-Identifier: MIT
#include "process/memory_lock.h"

#include <errno.h>
#include <fmt/core.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

namespace hawser {
namespace {

bool lift_limit() {
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  return setrlimit(RLIMIT_MEMLOCK, &unlimited) == 0;
}

// Shared memory may be large, and little of it is ours to use: pages are locked when they are.
bool lock_everything() { return mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0; }

// With a limit of 0 nothing but the capability counts. The kernel asks for it in its first user
// namespace, so that a container may seem to have it and does not.
bool lock_by_capability(const rlimit& limit) {
  const rlimit none{0, limit.rlim_max};
  if (setrlimit(RLIMIT_MEMLOCK, &none) != 0) return false;
  const bool locked = lock_everything();
  const int error = errno;
  setrlimit(RLIMIT_MEMLOCK, &limit);
  errno = error;
  return locked;
}

// Code that runs for the first time in a failover is not to be read from disk then.
int read_in(dl_phdr_info* object, size_t, void*) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const auto& part = object->dlpi_phdr[i];
    if (part.p_type != PT_LOAD) continue;
    const uintptr_t begin = object->dlpi_addr + part.p_vaddr, aligned = begin / page * page;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the dynamic linker tells places as numbers.
    mlock(reinterpret_cast<const void*>(aligned), begin - aligned + part.p_memsz);
  }
  return 0;
}

}  // namespace

Result<> lock_memory() {
  rlimit limit;
  if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return errno_error("no limit is known", errno);
  if (lift_limit() ? !lock_everything() : !lock_by_capability(limit)) {
    if (errno != EPERM) return errno_error("memory cannot be locked", errno);
    return Error{
        fmt::format("memory is not locked, which takes CAP_IPC_LOCK, or no limit on locked memory "
                    "in place of {} kB (systemd: LimitMEMLOCK=infinity)",
                    limit.rlim_max / 1024),
        EPERM};
  }
  dl_iterate_phdr(read_in, nullptr);
  return {};
}

}  // namespace hawser
