// SPDX-License-Identifier: MIT
// Runs the `vrrp-script` sections, and writes what came of them to their TrackState.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "config/model.h"
#include "shm/shared.h"
#include "vrrp/command.h"
#include "vrrp/path_watcher.h"
#include "vrrp/service_probe.h"

namespace hawser {

// What of control's the VRRP parts need.
struct ScriptSetup {
  Loop& loop;
  Deadlines& deadlines;
  const Config& config;
  Shared& shared;
  CommandLauncher& commands;
  ServiceProber& services;
  PathWatcher& paths;
  std::function<void()> changed;  // a result did: rings the vrrp process
};

class ScriptRunner {
 public:
  explicit ScriptRunner(ScriptSetup setup);
  ~ScriptRunner();

  // Goes on from what shared memory says: unknown at first, a predecessor's result after its death.
  void start();

 private:
  class Script;
  ScriptSetup setup_;
  std::vector<std::unique_ptr<Script>> scripts_;
};

}  // namespace hawser
