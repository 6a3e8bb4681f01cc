// SPDX-License-Identifier: MIT
#include "process/stack_dump.h"

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"

namespace hawser {
namespace {

constexpr int kDepth = 48;
int g_fd = -1;

int dump_signal() { return SIGRTMIN + 1; }

void write_stack(int) {
  const int saved_errno = errno;
  void* frames[kDepth];
  const int count = backtrace(frames, kDepth);
  // The first two are this handler and the kernel's frame for it.
  if (count > 2) backtrace_symbols_fd(frames + 2, count - 2, g_fd);
  [[maybe_unused]] const ssize_t n = write(g_fd, "", 1);
  errno = saved_errno;
}

std::string first_bytes(const std::string& path) {
  const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  char text[4096];
  const ssize_t n = fd ? read(fd.get(), text, sizeof text) : 0;
  return {text, n > 0 ? static_cast<size_t>(n) : 0};
}

}  // namespace

void install_stack_dump(int fd) {
  g_fd = fd;
  // The first call loads the unwinder, which a handler must not do.
  void* frame;
  backtrace(&frame, 1);
  struct sigaction action {};
  action.sa_handler = write_stack;
  action.sa_flags = SA_RESTART;
  sigaction(dump_signal(), &action, nullptr);
}

void move_stack_dump(int fd) { g_fd = fd; }

void request_stack_dump(pid_t pid) {
  kill(pid, dump_signal());
  kill(pid, SIGCONT);  // a stopped process handles signals only once it goes on
}

std::string kernel_state(pid_t pid) {
  std::string text = "state unknown";
  const std::string status = first_bytes(fmt::format("/proc/{}/status", pid));
  for (const std::string_view line : split(status, '\n')) {
    if (line.starts_with("State:")) text = fmt::format("state {}", trim(line.substr(6)));
  }
  const std::string channel = first_bytes(fmt::format("/proc/{}/wchan", pid));
  if (!channel.empty() && channel != "0") text += fmt::format(", waiting in {}", channel);
  return text;
}

}  // namespace hawser
