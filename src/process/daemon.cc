// SPDX-License-Identifier: MIT
#include "process/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

#include "base/text.h"

namespace hawser {
namespace {

[[noreturn]] void wait_for_report(int pipe) {
  unsigned char code = 1;
  ssize_t n;
  do {
    n = read(pipe, &code, 1);
  } while (n < 0 && errno == EINTR);
  fflush(nullptr);
  _exit(n == 1 ? code : 1);
}

void become_null(int fd, int flags) {
  const Fd null(open("/dev/null", flags | O_CLOEXEC));
  if (null) dup2(null.get(), fd);
}

std::optional<int64_t> number_in(const std::string& path) {
  const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  char text[32];
  const ssize_t n = fd ? read(fd.get(), text, sizeof text) : 0;
  if (n <= 0) return std::nullopt;
  return parse_int(split(std::string_view(text, static_cast<size_t>(n)), '\n').front());
}

}  // namespace

Result<Fd> daemonize() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return errno_error("cannot go to the background", errno);
  Fd read_end(ends[0]), write_end(ends[1]);
  fflush(nullptr);
  const pid_t pid = fork();
  if (pid < 0) return errno_error("cannot go to the background", errno);
  if (pid > 0) {
    write_end.reset();
    wait_for_report(read_end.get());
  }
  setsid();
  return write_end;
}

void report_start(Fd pipe, int exit_code) {
  if (!pipe) return;
  const auto code = static_cast<unsigned char>(exit_code);
  [[maybe_unused]] const ssize_t n = write(pipe.get(), &code, 1);
}

void detach_stdin() { become_null(STDIN_FILENO, O_RDONLY); }

void detach_output() {
  become_null(STDOUT_FILENO, O_WRONLY);
  become_null(STDERR_FILENO, O_WRONLY);
}

Result<PidFile> PidFile::write(const std::string& path) {
  const Fd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  const std::string text = fmt::format("{}\n", getpid());
  if (!fd || ::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return errno_error(fmt::format("cannot write the pid file '{}'", path), errno);
  }
  return PidFile(path);
}

PidFile::~PidFile() {
  if (!path_.empty() && number_in(path_) == getpid()) unlink(path_.c_str());
}

PidFile::PidFile(PidFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}

PidFile& PidFile::operator=(PidFile&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

}  // namespace hawser
