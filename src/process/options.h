// SPDX-License-Identifier: MIT
// The command line.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"
#include "config/parser.h"
#include "process/master.h"

namespace hawser {

struct Options {
  enum class Action : uint8_t {
    kRun,
    kCheck,         // -c
    kCondition,     // -cc
    kVersion,       // -v
    kBuildOptions,  // -vv
    kKeywords,      // -dK
    kList,          // --list
    kConvert,       // convert
    kAsk,           // ask
    kReleaseVips,   // --release-vips
    kHelp           // -h
  } action = Action::kRun;
  ConfigSources sources;
  MasterOptions master;
  std::string argument;        // of -cc, -dK, --list, convert; ask: the socket
  std::string command;         // ask: what is asked; empty: standard input says
  std::string node;            // convert -i: for lines with "@id"
  std::string directory;       // -C: where the files are read from
  uint32_t memory_mb = 0;      // -m; 0: no limit
  bool warnings_fail = false;  // -dW
  bool master_worker = false;  // -W, -Ws
};

// The arguments after the program's name. The error is for the user.
Result<Options> parse_options(std::span<const char* const> arguments);

// One line a flag.
std::string usage();

}  // namespace hawser
