// SPDX-License-Identifier: MIT
// The master: opens what needs root, starts the other processes, replaces those that die, and ends
// with the exit code that its supervisor expects.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "config/model.h"

namespace hawser {

// What the command line says about processes; the `global` section of the Config has the rest.
struct MasterOptions {
  bool daemon = false;             // -D
  bool foreground = false;         // -db, and -W without -D: `daemon` of the file does not count
  bool single_process = false;     // -d without -W: all roles on one loop, in this process
  bool systemd = false;            // -Ws: sd_notify(3)
  bool quiet = false;              // -q: nothing on standard error after the start
  std::string pidfile;             // -p; empty: the `pidfile` of the file
  uint32_t maxconn = 0;            // -n; 0: the `maxconn` of the file
  std::vector<std::string> files;  // names of the configuration files, by SourcePos::file
};

// Runs until the program ends; returns its exit code: 0 after a soft stop, 128 + the signal after
// SIGTERM or SIGINT (a single process is ended by the signal itself), 1 when it cannot start. With
// -D the calling process returns as soon as every worker serves, and the master goes on in the
// background.
int run_master(const MasterOptions& options, std::unique_ptr<Config> config);

}  // namespace hawser
