// SPDX-License-Identifier: MIT
// What the master prepares and every process of a generation inherits through fork(2).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "config/model.h"
#include "loop/loop.h"
#include "loop/role.h"
#include "process/listeners.h"
#include "process/priority.h"
#include "process/privilege.h"
#include "shm/shared.h"

namespace hawser {

struct Inherited {
  const Config& config;
  Shared& shared;
  Listeners& listeners;
  Privileges privileges;
  Privileges vrrp_privileges;
  bool single_process = false;  // all roles share this one (-d)
  bool daemon = false;          // a child gives up standard output and error once it serves
  // What processes go back to that do not need the master's priority; nullopt: it has none.
  std::optional<Priority> usual_priority = {};
};

// Control's way to RuntimeControl::ask_workers().
using AskWorkers = std::function<void(std::string, std::function<void(std::string)>)>;

// What makes the roles; worker_main.cc, control_main.cc and vrrp_main.cc in the program.
struct RoleMakers {
  // Called first in every process, while it may still open anything.
  void (*open_log)(const Config& config, Counter* dropped);
  std::unique_ptr<Role> (*worker)(Loop& loop, const Inherited& inherited, uint32_t worker);
  std::unique_ptr<Role> (*control)(Loop& loop, const Inherited& inherited, AskWorkers ask);
  std::unique_ptr<Role> (*vrrp)(Loop& loop, const Inherited& inherited);
  // In the master, when the vrrp process ended in another way than by its own decision: takes the
  // virtual addresses off this machine.
  void (*release_vips)(const Config& config);
};

}  // namespace hawser
