// SPDX-License-Identifier: MIT
// The descriptor whose end tells the master that this process is gone.
#pragma once

#include "base/fd.h"

namespace hawser {

// When a process ends the kernel frees its memory first and then closes its descriptors, those with
// the highest numbers first (since Linux 4.3). Closing thousands of connections takes tens of
// milliseconds on a busy machine, so this one keeps above all others.
class Lifeline {
 public:
  // A pipe of which the master has the other end. A hanging process tells its stack on it.
  explicit Lifeline(Fd fd);
  int fd() const { return fd_.get(); }

  // Keeps it above all others, however many have been opened; to be called now and then.
  void rise();

 private:
  void move_to(int least);
  Fd fd_;
};

}  // namespace hawser
