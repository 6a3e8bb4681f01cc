// SPDX-License-Identifier: MIT
// What workers and control may still do once they serve.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "config/model.h"

namespace hawser {

struct Privileges {
  std::optional<uid_t> uid;
  std::optional<gid_t> gid;
  std::string chroot;
  bool dumpable = false;      // may leave a core file although the user changed
  uint64_t capabilities = 0;  // bit n: capability n of linux/capability.h stays
  // Commands that it executes may become what it is not: the bounding set stays, and set-user-id
  // programs work.
  bool may_gain = false;
};

// Names are looked up and what cannot work is refused: to be called by the master, before any fork.
Result<Privileges> plan_privileges(const Config& config);

// The capabilities that the configuration cannot do without. `stays_root`: no user is configured.
uint64_t needed_capabilities(const Config& config, bool stays_root);

// What control keeps of the common plan, and what it needs beside: where the configuration has
// check scripts or notify scripts that run as somebody else, the right to become them and to end
// them; and no chroot where it has files to watch or programs to run, whose paths are those of the
// machine.
Privileges control_privileges(const Config& config, Privileges common);

// What the vrrp process keeps: raw sockets, addresses, routes and their sysctls; and, where its
// memory is locked, the right to have more of it. No chroot, as it has no use for files at all.
Privileges vrrp_privileges(const Privileges& plan, bool locks_memory);

// Gives up everything else, for good, and verifies that it is gone.
Result<> drop_privileges(const Privileges& keep);

}  // namespace hawser
