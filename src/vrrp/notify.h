// SPDX-License-Identifier: MIT
// Runs the `notify…` scripts of instances and groups.
#pragma once

#include <memory>
#include <vector>

#include "loop/loop.h"
#include "shm/shared.h"
#include "vrrp/command.h"
#include "vrrp/subject.h"

namespace hawser {

// One queue per subject: never two of its scripts at a time, and of the transitions that wait only
// the last one.
class Notifier {
 public:
  Notifier(Loop& loop, Shared& shared, CommandLauncher& commands, const Subjects& subjects);
  ~Notifier();

  void take(const SubjectEvent& event);
  // For what a predecessor has read: runs the scripts of the last transition of each subject if it
  // died before they had ended.
  void recall(const SubjectEvent& event);
  void run_recalled();

  bool is_idle() const;
  // No script may run longer than that from now on: the program ends.
  void hurry(Millis limit) { limit_ = limit; }

 private:
  class Queue;
  Queue& queue_of(const SubjectEvent& event);

  Loop& loop_;
  Shared& shared_;
  CommandLauncher& commands_;
  Millis limit_ = Millis::max();
  std::vector<std::unique_ptr<Queue>> queues_;  // as Subjects::all()
  const Subjects& subjects_;
};

// What a script is told beside its arguments.
std::vector<std::string> notify_environment(const SubjectEvent& event);

}  // namespace hawser
