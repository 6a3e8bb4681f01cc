// SPDX-License-Identifier: MIT
// The terminal, the background and the pid file.
#pragma once

#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace hawser {

// Goes on in the background, in a session of its own. The foreground process stays and exits with
// the code that the returned descriptor is told by report_start(), or 1 when the background one
// dies first.
Result<Fd> daemonize();
void report_start(Fd pipe, int exit_code);

// Standard input, output and error become /dev/null.
void detach_stdin();
void detach_output();

// Holds this process's number while it lives.
class PidFile {
 public:
  PidFile() = default;
  static Result<PidFile> write(const std::string& path);
  ~PidFile();  // removes the file, unless another process has put its number there
  PidFile(PidFile&& other) noexcept;
  PidFile& operator=(PidFile&& other) noexcept;

 private:
  explicit PidFile(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace hawser
