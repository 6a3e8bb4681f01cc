// SPDX-License-Identifier: MIT
// The `tcp` and `http` scripts of VRRP, asked with the probes of the health checks.
#pragma once

#include "check/runner.h"
#include "vrrp/service_probe.h"

namespace hawser {

class ServiceProbes final : public ServiceProber {
 public:
  explicit ServiceProbes(Loop& loop);
  ~ServiceProbes() override;

  std::unique_ptr<ServiceProbe> start(const VrrpScriptConfig& script, Millis timeout,
                                      Done done) override;

 private:
  class Run;
  Loop& loop_;
  TimerWheel wheel_;
  std::shared_ptr<ServiceProbes*> self_;  // for the loop's hook, which cannot be taken back
};

}  // namespace hawser
