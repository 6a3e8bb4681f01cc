// SPDX-License-Identifier: MIT
#include "vrrp/group.h"

#include <algorithm>

#include "base/assert.h"

namespace hawser::vrrp {

GroupMember member_of(const Election& election, bool has_fault) {
  const ElectionState& state = election.state();
  return {.role = state.role,
          .wants_master = state.wants_master,
          .knows_master = state.master_address.is_set(),
          .has_fault = has_fault};
}

GroupOrder order_for(std::span<const GroupMember> members, size_t which) {
  HW_ASSERT(which < members.size());
  const GroupMember& self = members[which];
  if (self.role == VrrpState::kInit) return GroupOrder::kNone;
  const auto any = [&](auto&& is) { return std::any_of(members.begin(), members.end(), is); };
  const bool faulty = any([](const GroupMember& one) { return one.has_fault; });
  if (faulty) return self.role == VrrpState::kFault ? GroupOrder::kNone : GroupOrder::kFault;
  if (self.role == VrrpState::kFault) return GroupOrder::kRecover;
  if (self.role == VrrpState::kMaster) {
    const auto left = [](const GroupMember& one) {
      return one.role == VrrpState::kBackup && !one.wants_master;
    };
    if (!any(left)) return GroupOrder::kNone;
    const bool better = any([&](const GroupMember& one) { return left(one) && one.knows_master; });
    return better ? GroupOrder::kFollow : GroupOrder::kFollowSoon;
  }
  const auto agrees = [](const GroupMember& one) {
    return one.role == VrrpState::kMaster || (one.wants_master && !one.isolated);
  };
  const bool all = self.wants_master && std::all_of(members.begin(), members.end(), agrees);
  return all ? GroupOrder::kConsent : GroupOrder::kNone;
}

}  // namespace hawser::vrrp
