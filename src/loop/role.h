// SPDX-License-Identifier: MIT
// What a process does, apart from being a process: worker, control, vrrp. A role is attached to a
// loop; the process manager decides which roles share one.
#pragma once

#include <functional>
#include <string>

namespace hawser {

class Role {
 public:
  virtual ~Role() = default;

  // Begins to serve. Called once, from the loop's thread, after privileges are dropped. `ready` is
  // to be called once the role serves.
  virtual void start(std::function<void()> ready) = 0;

  // Soft stop: takes nothing new, lets what runs come to its end, then calls `finished`. For
  // virtual addresses, of every stop: lets another node take them.
  virtual void drain(std::function<void()> finished) = 0;

  // The program ends now: what must still be done within a second, then `finished`. What must not
  // outlive the process (a virtual address) is given up before this returns.
  // NOLINTNEXTLINE(performance-unnecessary-value-param): roles that have to wait keep it.
  virtual void stop(std::function<void()> finished) { finished(); }

  // A question of another process (admin/command.h, RuntimeControl::ask_workers); the answer is
  // text, or "" for none.
  virtual std::string answer(const std::string& request) = 0;

  // Another process rang the doorbell: some shared state changed.
  virtual void doorbell() = 0;
};

}  // namespace hawser
