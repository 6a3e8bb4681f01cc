// SPDX-License-Identifier: MIT
#include "vrrp/subject.h"

#include <algorithm>

#include "base/assert.h"

namespace hawser {
namespace {

constexpr uint32_t kFault = static_cast<uint32_t>(VrrpState::kFault);

bool is_state(uint32_t what) { return what <= kFault || what == kVrrpStopped; }

// INIT is where an instance waits before it takes part: nobody is told.
bool event_of(uint32_t what, VrrpEvent& event) {
  switch (what) {
    case static_cast<uint32_t>(VrrpState::kMaster):
      event = VrrpEvent::kMaster;
      return true;
    case static_cast<uint32_t>(VrrpState::kBackup):
      event = VrrpEvent::kBackup;
      return true;
    case kFault:
      event = VrrpEvent::kFault;
      return true;
    case kVrrpStopped:
      event = VrrpEvent::kStop;
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string_view event_word(VrrpEvent what) {
  switch (what) {
    case VrrpEvent::kMaster:
      return "MASTER";
    case VrrpEvent::kBackup:
      return "BACKUP";
    case VrrpEvent::kFault:
      return "FAULT";
    case VrrpEvent::kStop:
      return "STOP";
    case VrrpEvent::kReasserted:
      return "REASSERTED";
    case VrrpEvent::kCount:
      break;
  }
  HW_UNREACHABLE();
}

Subjects::Subjects(const Config& config) : states_(config.vrrp_instances.size(), kNone) {
  for (const auto& section : config.vrrps) {
    subjects_.push_back({false, section->name, &section->notify, section.get(), {}});
  }
  for (uint32_t i = 0; i < config.vrrp_instances.size(); ++i) {
    subjects_[config.vrrp_instances[i].section].members.push_back(i);
  }
  for (const auto& group : config.vrrp_groups) {
    Subject subject{true, group->name, &group->notify, nullptr, {}};
    for (const uint32_t member : group->members) {
      const auto& instances = subjects_[member].members;
      subject.members.insert(subject.members.end(), instances.begin(), instances.end());
    }
    subjects_.push_back(std::move(subject));
  }
  // A disabled section runs nothing.
  std::erase_if(subjects_, [](const Subject& subject) { return subject.members.empty(); });
  told_.assign(subjects_.size(), kNone);
}

uint32_t Subjects::combined(const Subject& subject) const {
  const uint32_t first = states_[subject.members.front()];
  bool same = true;
  for (const uint32_t member : subject.members) {
    if (states_[member] == kFault) return kFault;
    same &= states_[member] == first;
  }
  return same ? first : kNone;
}

bool Subjects::all_stopped() const {
  return std::all_of(states_.begin(), states_.end(),
                     [](uint32_t state) { return state == kVrrpStopped; });
}

void Subjects::take(const ReadEvent& event, const std::function<void(const SubjectEvent&)>& tell) {
  if (event.instance >= states_.size()) return;
  if (is_state(event.what)) states_[event.instance] = event.what;
  for (size_t i = 0; i < subjects_.size(); ++i) {
    const Subject& subject = subjects_[i];
    if (std::find(subject.members.begin(), subject.members.end(), event.instance) ==
        subject.members.end()) {
      continue;
    }
    SubjectEvent made{&subject,    VrrpEvent::kReasserted, event.number,
                      event.at_ns, event.priority,         event.level,
                      event.text};
    if (event.what == kVrrpReasserted) {
      tell(made);
      continue;
    }
    const uint32_t now = combined(subject);
    if (now == kNone || now == told_[i]) continue;
    told_[i] = now;
    if (event_of(now, made.what)) tell(made);
  }
}

}  // namespace hawser
