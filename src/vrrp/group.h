// SPDX-License-Identifier: MIT
// Members of a group move together (keepalived's sync groups; a section with addresses of both
// families is one as well). After anything happened to a member, ask order_for() for each of them,
// and carry out what it says, until all say kNone. Besides: when a member is told to announce
// again, so are the others (Election::announce_again()).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "shm/vrrp_state.h"
#include "vrrp/election.h"

namespace hawser::vrrp {

struct GroupMember {
  VrrpState role = VrrpState::kInit;
  bool wants_master = false;
  bool knows_master = false;  // backup of somebody it has heard
  bool has_fault = false;     // of its own, not of another member
  bool isolated = false;      // wants_master, but its arbiter has not confirmed it
};
GroupMember member_of(const Election& election, bool has_fault);

enum class GroupOrder : uint8_t {
  kNone,
  kConsent,     // Election::consent(): all members are master, or want to be
  kFault,       // Election::fault(): another member has a fault
  kRecover,     // Election::recovered(): no member has one any more
  kFollow,      // Election::follow_to_backup(false): another member found a better master
  kFollowSoon,  // … (true): another member gave up by itself and tries again at once
};

// Members in Initialize are left out: they are not started yet, or already stopped. They give no
// consent.
GroupOrder order_for(std::span<const GroupMember> members, size_t which);

}  // namespace hawser::vrrp
