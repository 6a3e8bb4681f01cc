// SPDX-License-Identifier: MIT
#include "process/title.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>

#include "base/fd.h"
#include "shm/layout.h"

namespace hawser {
namespace {

// The bytes of the original command line, which the kernel shows, and which lie together from
// argv[0] on.
size_t command_line_size() {
  const Fd fd(open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC));
  char text[4096];
  const ssize_t n = fd ? read(fd.get(), text, sizeof text) : 0;
  return n > 0 ? static_cast<size_t>(n) : 0;
}

// argv[0]. The names that glibc has of the program, and logs show, point into it: they move to
// where no title overwrites them.
char* take_command_line() {
  char* const taken = program_invocation_name;
  const ptrdiff_t short_name = program_invocation_short_name - taken;
  program_invocation_name = strdup(taken);
  program_invocation_short_name = program_invocation_name + short_name;
  return taken;
}

}  // namespace

std::string process_name(uint32_t slot) {
  if (slot == kMasterSlot) return "master";
  if (slot == kControlSlot) return "control";
  if (slot == kVrrpSlot) return "vrrp";
  return fmt::format("worker {}", slot - kFirstWorker + 1);
}

void set_process_title(std::string_view name) {
  static char* const room = take_command_line();
  const size_t size = command_line_size();
  if (size > 0) {
    const std::string title = fmt::format("hawser: {}", name);
    const size_t length = std::min(title.size(), size - 1);
    std::fill(std::copy_n(title.data(), length, room), room + size, '\0');
  }
  // The kernel keeps 15 characters.
  std::string comm = "hawser ";
  std::copy_if(name.begin(), name.end(), std::back_inserter(comm), [](char c) { return c != ' '; });
  prctl(PR_SET_NAME, comm.c_str());
}

}  // namespace hawser
