// SPDX-License-Identifier: MIT
// Commands as processes of their own, in their own session, as another user.
#pragma once

#include <sys/types.h>

#include <map>
#include <set>
#include <string>

#include "loop/loop.h"
#include "vrrp/command.h"
#include "vrrp/deadlines.h"

namespace hawser {

class ProcessLauncher final : public CommandLauncher {
 public:
  // What is left to end by itself between SIGTERM and SIGKILL.
  static constexpr Millis kGrace{2000};

  // Looks up the users that commands run as, which may ask a directory service: to be made before
  // the process serves, and before it gives up the right to become somebody else.
  ProcessLauncher(Loop& loop, Deadlines& deadlines, const std::set<std::string>& users);

  Result<std::unique_ptr<CommandRun>> start(const CommandSpec& spec, Done done) override;

  struct User {
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups;
    std::string problem;  // there is no such user
  };

 private:
  Loop& loop_;
  Deadlines& deadlines_;
  bool may_change_user_;
  std::map<std::string, User> users_;
};

}  // namespace hawser
