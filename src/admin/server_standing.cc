// SPDX-License-Identifier: MIT
#include "admin/server_standing.h"

#include <algorithm>

#include "base/assert.h"

namespace hawser {
namespace {

constexpr uint32_t kWeightParts = 16;  // of ServerState::weight

}  // namespace

ServerStanding standing_of(const ServerState& state, const ServerSettings& set) {
  ServerStanding at;
  at.word = health_of(state);
  at.in_maint = (at.word.admin & (kAdminMaint | kAdminForcedByConfig)) != 0;
  at.takes_new =
      !at.in_maint && at.word.health == ServerHealth::kUp && (at.word.admin & kAdminDrain) == 0;
  at.user_weight = state.user_weight.load(std::memory_order_relaxed);
  at.weight = at.user_weight;
  if (at.takes_new) {
    const uint32_t parts = state.weight.load(std::memory_order_relaxed);
    at.weight = (parts + kWeightParts - 1) / kWeightParts;
    const uint32_t full = at.user_weight * kWeightParts;
    if (set.slowstart.count() > 0 && parts < full) at.throttle = std::max(1u, parts * 100 / full);
  }
  at.check_shown = at.word.check_enabled && !at.in_maint;
  return at;
}

std::string status_text(const ServerStanding& at, const ServerSettings& set) {
  if (at.in_maint) return "MAINT";
  const uint32_t streak = at.word.streak;
  if (at.word.health == ServerHealth::kDown) {
    if (!at.word.check_enabled || streak == 0) return "DOWN";
    return "DOWN " + std::to_string(streak) + "/" + std::to_string(set.rise);
  }
  if ((at.word.admin & kAdminDrain) != 0) return "DRAIN";
  const bool stopping = at.word.health == ServerHealth::kStopping;
  if (!at.word.check_enabled) return stopping ? "NOLB" : "no check";
  std::string text = stopping ? "NOLB" : "UP";
  const uint32_t full = uint32_t{set.rise} + set.fall - 1;
  if (streak < full && streak >= set.rise) {
    text += " " + std::to_string(streak - set.rise + 1) + "/" + std::to_string(set.fall);
  }
  return text;
}

uint32_t check_status_number(CheckStatus status) {
  switch (status) {
    case CheckStatus::kUnknown:
      return 0;
    case CheckStatus::kInit:
      return 1;
    case CheckStatus::kHana:
      return 4;
    case CheckStatus::kSockErr:
      return 5;
    case CheckStatus::kL4Ok:
      return 6;
    case CheckStatus::kL4Timeout:
      return 7;
    case CheckStatus::kL4Con:
      return 8;
    case CheckStatus::kL6Ok:
      return 9;
    case CheckStatus::kL6Timeout:
      return 10;
    case CheckStatus::kL6Rsp:
      return 11;
    case CheckStatus::kL7Timeout:
      return 12;
    case CheckStatus::kL7Rsp:
      return 13;
    case CheckStatus::kL7Ok:
      return 15;
    case CheckStatus::kL7OkCond:
      return 16;
    case CheckStatus::kL7Status:
      return 17;
    case CheckStatus::kProcErr:
      return 18;
    case CheckStatus::kProcTimeout:
      return 19;
    case CheckStatus::kProcOk:
      return 20;
  }
  HW_UNREACHABLE();
}

namespace {
enum Result : uint32_t { kUnknown, kNeutral, kFailed, kPassed, kConditionally };
}  // namespace

bool check_passed(CheckStatus status) { return check_result_number(status) >= kPassed; }

uint32_t check_result_number(CheckStatus status) {
  switch (status) {
    case CheckStatus::kUnknown:
    case CheckStatus::kInit:
      return kUnknown;
    case CheckStatus::kL4Ok:
    case CheckStatus::kL6Ok:
    case CheckStatus::kL7Ok:
    case CheckStatus::kProcOk:
      return kPassed;
    case CheckStatus::kL7OkCond:
      return kConditionally;
    default:
      return kFailed;
  }
}

}  // namespace hawser
