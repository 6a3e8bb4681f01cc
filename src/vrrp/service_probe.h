// SPDX-License-Identifier: MIT
// How a check script of kind `tcp` or `http` asks its service. Implemented in process/, with the
// probes of src/check.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "config/vrrp_model.h"

namespace hawser {

// An attempt under way; destroying it ends it.
class ServiceProbe {
 public:
  virtual ~ServiceProbe() = default;
};

class ServiceProber {
 public:
  virtual ~ServiceProber() = default;
  // Calls `done` once, at once or later, with what the service or the system said. The owner may
  // bury the probe in it. nullptr: `done` was called, or there is a lack of descriptors or memory,
  // which says nothing about the service.
  using Done = std::function<void(bool passed, std::string text)>;
  virtual std::unique_ptr<ServiceProbe> start(const VrrpScriptConfig& script, Millis timeout,
                                              Done done) = 0;
};

}  // namespace hawser
