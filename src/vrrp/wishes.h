// SPDX-License-Identifier: MIT
// What `set vrrp` asks of instances: control's side of VrrpWish.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "admin/command.h"
#include "vrrp/deadlines.h"

namespace hawser {

class VrrpWishes {
 public:
  // A vrrp process that is well answers within a turn of its loop.
  static constexpr Millis kPatience{1000};

  VrrpWishes(Deadlines& deadlines, const Config& config, Shared& shared);
  ~VrrpWishes();

  // Maintenance whose end a predecessor would have seen to.
  void start();

  // `done` is called with what to answer: as soon as the vrrp process has taken the wish up, or
  // when it has not done so in time.
  using Done = std::function<void(std::string)>;
  void ask(std::span<const uint32_t> instances, const VrrpRequest& request, Done done);

  // To be called when the vrrp process has rung.
  void look_for_answers();

 private:
  struct Question;
  void store(uint32_t instance, const VrrpRequest& request);
  void end_maintenance(uint32_t instance);
  void ring();
  Deadlines& deadlines_;
  Shared& shared_;
  std::vector<std::unique_ptr<Deadline>> maintenance_ends_;  // per instance
  std::vector<std::unique_ptr<Question>> questions_;
  Deadline impatience_;
};

}  // namespace hawser
