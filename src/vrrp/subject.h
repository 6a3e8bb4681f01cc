// SPDX-License-Identifier: MIT
// Whom scripts and mails are about: a `vrrp` section, whose instances (one per address family) move
// together, or a `vrrp-group` with all of its members' instances.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/model.h"
#include "shm/vrrp_state.h"

namespace hawser {

// An event as it was read from the ring.
struct ReadEvent {
  uint64_t number = 0;
  int64_t at_ns = 0;  // realtime
  uint32_t instance = kNoVrrpInstance;
  uint32_t what = 0;
  uint32_t priority = 0;
  LogLevel level = LogLevel::kNotice;
  std::string text{};
};

struct Subject {
  bool is_group = false;
  std::string name;
  const NotifyConfig* notify = nullptr;
  const VrrpConfig* section = nullptr;  // nullptr: a group
  std::vector<uint32_t> members;        // instances; the first one's slot keeps what control notes
};

// A transition of a subject as a whole, or the contact of its master with a weaker one.
struct SubjectEvent {
  const Subject* subject = nullptr;
  VrrpEvent what = VrrpEvent::kMaster;
  uint64_t number = 0;  // of the event that completed it
  int64_t at_ns = 0;    // realtime
  uint32_t priority = 0;
  LogLevel level = LogLevel::kNotice;
  std::string reason{};
  // What scripts and pipes are told: a group has none, and keepalived says 0.
  uint32_t told_priority() const { return subject->is_group ? 0 : priority; }
};

// "MASTER", "BACKUP", "FAULT", "STOP", "REASSERTED".
std::string_view event_word(VrrpEvent what);

// Makes the transitions of subjects out of those of instances.
class Subjects {
 public:
  explicit Subjects(const Config& config);
  Subjects(const Subjects&) = delete;
  Subjects& operator=(const Subjects&) = delete;

  // What `event` completes. A subject is in FAULT as soon as one member is; in any other state once
  // all its members are.
  void take(const ReadEvent& event, const std::function<void(const SubjectEvent&)>& tell);

  const std::vector<Subject>& all() const { return subjects_; }

  // Every instance has ended, as far as events tell.
  bool all_stopped() const;

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  uint32_t combined(const Subject& subject) const;
  std::vector<Subject> subjects_;
  std::vector<uint32_t> states_;  // per instance: the last state or kVrrpStopped
  std::vector<uint32_t> told_;    // per subject, likewise
};

}  // namespace hawser
