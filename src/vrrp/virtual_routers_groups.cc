// SPDX-License-Identifier: MIT
// Who asks others before it becomes master: members of groups each other, sections their arbiters.
#include "vrrp/virtual_routers.h"

namespace hawser::vrrp {

Result<> VirtualRouters::open_arbiters() {
  for (const auto& section : config_.vrrps) {
    arbiters_.emplace_back();
    if (!section->arbiter.ping) continue;
    auto arbiter = Arbiter::open(loop_, *section, [this] {
      if (!stopped_) deadline_.set(1);
    });
    if (!arbiter) return arbiter.error();
    arbiters_.back() = std::move(arbiter).value();
  }
  return {};
}

void VirtualRouters::consult_arbiters(int64_t now_ns) {
  for (const auto& instance : instances_) {
    Arbiter* arbiter = arbiters_[instance->config().section].get();
    if (arbiter != nullptr) instance->consult(*arbiter, now_ns);
  }
}

void VirtualRouters::settle_groups(int64_t now_ns) {
  consult_arbiters(now_ns);
  for (const auto& members : groups_) {
    // What one member does leads to what others must do; it ends, as no order repeats.
    for (size_t round = 0; round < 4 * members.size() + 4; ++round) {
      if (!settle_group(members, now_ns)) break;
    }
  }
  for (const auto& instance : instances_) {
    if (instance->config().sync == kNoIndex && instance->wants_master()) {
      instance->carry_out(GroupOrder::kConsent, "", now_ns);
      note_due(*instance);
    }
  }
}

// false: everybody is where he should be.
bool VirtualRouters::settle_group(const std::vector<Instance*>& members, int64_t now_ns) {
  std::vector<GroupMember> now;
  const char* fault = "another member of the group has a fault";
  now.reserve(members.size());
  for (const Instance* member : members) now.push_back(member->member());
  bool moved = false;
  for (size_t i = 0; i < members.size(); ++i) {
    const GroupOrder order = order_for(now, i);
    if (order == GroupOrder::kNone) continue;
    members[i]->carry_out(order, fault, now_ns);
    note_due(*members[i]);
    moved = true;
  }
  for (Instance* member : members) {
    if (!member->take_announced_again()) continue;
    for (Instance* other : members) {
      if (other != member) other->announce_again(now_ns);
      other->take_announced_again();
    }
  }
  return moved;
}

}  // namespace hawser::vrrp
