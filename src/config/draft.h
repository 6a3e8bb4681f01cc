// SPDX-License-Identifier: MIT
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

#include "config/environment.h"
#include "config/keyword.h"

namespace hawser {

struct Draft {
  std::unique_ptr<Config> config = std::make_unique<Config>();
  // `defaults` sections by name (unnamed ones: ""), and the one that applies to sections without
  // `from`.
  std::deque<ProxyConfig> defaults;
  std::unordered_map<std::string, ProxyConfig*> named_defaults;
  ProxyConfig* current_defaults = nullptr;
  ProxyConfig builtin;       // where a section without any `defaults` starts from
  VrrpConfig vrrp_defaults;  // what a `vrrp` section starts from
  // The section being read; of the others, nullptr.
  HttpErrorsConfig* http_errors = nullptr;
  VrrpConfig* vrrp = nullptr;  // vrrp_defaults, too
  VrrpGroupConfig* vrrp_group = nullptr;
  VrrpScriptConfig* vrrp_script = nullptr;
  MailersConfig* mailers = nullptr;
  Environment environment;  // what `setenv` changes and the lines that follow see
};

// Checks references, applies what depends on the whole file, numbers ids and slots. nullptr: errors
// are in `diag`.
std::unique_ptr<Config> resolve(Draft draft, Diag& diag);

}  // namespace hawser
