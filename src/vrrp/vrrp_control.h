// SPDX-License-Identifier: MIT
// Control's part of VRRP: all that the vrrp process must not wait for. Check scripts and watched
// files and processes, whose results it reads; its events, which are logged, mailed and told to
// scripts; and what operators ask of it.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "admin/command.h"
#include "loop/loop.h"
#include "vrrp/service_probe.h"

namespace hawser {

class VrrpControl {
 public:
  // To be made before privileges are dropped: users are looked up, and the kernel is asked for its
  // news of processes.
  VrrpControl(Loop& loop, const Config& config, Shared& shared, ServiceProber& services);
  ~VrrpControl();

  // Takes over from a predecessor, if there was one.
  void start();
  // The vrrp process has something to tell.
  void doorbell();
  void ask(std::span<const uint32_t> instances, const VrrpRequest& request,
           std::function<void(std::string)> done);

  // The program ends: calls `finished` once the vrrp process has said goodbye and all scripts and
  // mails about that are through, or after kGoodbye.
  void stop(std::function<void()> finished);
  static constexpr Millis kGoodbye{900};

 private:
  struct State;
  std::shared_ptr<State> state_;  // the loop's hook, which cannot be taken back, looks at it weakly
};

}  // namespace hawser
