// SPDX-License-Identifier: MIT
// `track-process`: whether enough processes of a name run.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/model.h"
#include "shm/shared.h"
#include "vrrp/deadlines.h"

namespace hawser {

// Whether `subject` names the process: with a slash the path of its program or its first argument,
// otherwise the last part of one of them, or the name that the kernel shows (15 characters of it).
struct ProcessNames {
  std::string comm, program, argument;
};
bool names_process(std::string_view subject, const ProcessNames& process);

class ProcessWatch {
 public:
  ProcessWatch(Deadlines& deadlines, Shared& shared, std::function<void()> changed,
               std::string proc = "/proc");
  ~ProcessWatch();

  // `track` must outlive this.
  void add(const TrackConfig& track);
  // Begins to look: every second, or, where the kernel tells what happens, now and then all the
  // same, as its news may be lost.
  void start(bool is_told);
  static constexpr Millis kPoll{1000}, kRecheck{30'000};

  // The kernel's news.
  void process_changed(pid_t pid);
  void process_ended(pid_t pid);
  void look_at_all();

  bool is_empty() const { return targets_.empty(); }

 private:
  class Target;
  void poll();
  void settle();
  Deadlines& deadlines_;
  Shared& shared_;
  std::function<void()> changed_;
  std::string proc_;
  Millis period_{0};
  Deadline next_;
  std::vector<std::unique_ptr<Target>> targets_;
};

}  // namespace hawser
