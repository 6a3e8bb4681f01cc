// SPDX-License-Identifier: MIT
// The configuration from its files to a Config.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "config/model.h"

namespace hawser {

struct ConfigSources {
  std::vector<std::string> paths;  // -f: files, or directories whose *.cfg are read in order
  // Variables besides the process's environment: HAPROXY_LOCALPEER and the like.
  std::vector<std::pair<std::string, std::string>> variables;
  bool show_diag = false;  // -dD: messages of `.diag` are wanted
  // What the command line says in place of the file.
  std::string localpeer;       // -L
  uint32_t proxy_maxconn = 0;  // -N: of frontends without `maxconn`
  bool splice = true;          // -dS: off
  bool reuseport = true;       // -dR: off
};

// Reads everything, reports everything. nullptr: there were errors; `diag` has them.
// The texts of the files live in `keep`, which must outlive `diag`.
std::unique_ptr<Config> read_config(const ConfigSources& sources, Diag& diag,
                                    std::vector<std::string>& keep);

// Notes the limit of the process, which may depend on the system where the file gives none, and
// what follows from it. To be called before anything reads the configuration.
void settle_maxconn(Config& config, uint32_t maxconn);

// read_config() for one text, for tests.
std::unique_ptr<const Config> parse_config(std::string_view name, std::string_view text,
                                           Diag& diag);

}  // namespace hawser
