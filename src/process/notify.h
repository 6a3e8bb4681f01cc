// SPDX-License-Identifier: MIT
// What the init system is told (sd_notify(3)); nothing happens where none asked.
#pragma once

#include <memory>
#include <string_view>

#include "loop/watch.h"

namespace hawser {

class SystemdNotifier {
 public:
  SystemdNotifier(Loop& loop, bool on) : loop_(loop), on_(on) {}
  // Everybody serves. Also begins to answer systemd's watchdog, when it is on.
  void ready(std::string_view status);
  void stopping(std::string_view status);

 private:
  Loop& loop_;
  bool on_;
  std::unique_ptr<Timer> watchdog_;
};

}  // namespace hawser
