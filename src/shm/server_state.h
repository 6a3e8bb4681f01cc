// SPDX-License-Identifier: MIT
// What one load of ServerState::word says: everything about a server that must agree.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "shm/layout.h"

namespace hawser {

struct HealthWord {
  ServerHealth health = ServerHealth::kUp;
  uint8_t admin = kAdminReady;  // AdminState bits
  bool checked = false;         // a check has answered since the start
  bool check_enabled = false;   // `check` and not `disable health`
  uint16_t streak = 0;          // HAProxy's check_health: 0 … rise+fall-1

  uint64_t packed() const {
    return static_cast<uint64_t>(health) | static_cast<uint64_t>(admin) << 8 |
           uint64_t{checked} << 16 | uint64_t{check_enabled} << 17 | uint64_t{streak} << 32;
  }
  static HealthWord unpack(uint64_t word) {
    return {static_cast<ServerHealth>(word & 0xff), static_cast<uint8_t>(word >> 8),
            (word >> 16 & 1) != 0, (word >> 17 & 1) != 0, static_cast<uint16_t>(word >> 32)};
  }
};

inline HealthWord health_of(const ServerState& state) {
  return HealthWord::unpack(state.word.load(std::memory_order_acquire));
}

// May sessions be sent at all? A draining or stopping server, whose weight is 0, still serves those
// that persistence sends to it.
inline bool is_usable(const HealthWord& word) {
  return word.health != ServerHealth::kDown &&
         (word.admin & (kAdminMaint | kAdminForcedByConfig)) == 0;
}

// What the last check found, with the words of HAProxy's statistics and logs.
// clang-format off
#define HW_CHECK_STATUSES(X)                                   \
  X(kUnknown, "UNK", "unknown")                                \
  X(kInit, "INI", "initializing")                              \
  X(kSockErr, "SOCKERR", "Socket error")                       \
  X(kL4Ok, "L4OK", "Layer4 check passed")                      \
  X(kL4Timeout, "L4TOUT", "Layer4 timeout")                    \
  X(kL4Con, "L4CON", "Layer4 connection problem")              \
  X(kL6Ok, "L6OK", "Layer6 check passed")                      \
  X(kL6Timeout, "L6TOUT", "Layer6 timeout")                    \
  X(kL6Rsp, "L6RSP", "Layer6 invalid response")                \
  X(kL7Timeout, "L7TOUT", "Layer7 timeout")                    \
  X(kL7Rsp, "L7RSP", "Layer7 invalid response")                \
  X(kL7Ok, "L7OK", "Layer7 check passed")                      \
  X(kL7OkCond, "L7OKC", "Layer7 check conditionally passed")   \
  X(kL7Status, "L7STS", "Layer7 wrong status")                 \
  X(kProcErr, "PROCERR", "External check error")               \
  X(kProcTimeout, "PROCTOUT", "External check timeout")        \
  X(kProcOk, "PROCOK", "External check passed")                \
  X(kHana, "HANA", "Health analyze")
// clang-format on

enum class CheckStatus : uint32_t {
#define HW_VALUE(name, word, text) name,
  HW_CHECK_STATUSES(HW_VALUE)
#undef HW_VALUE
};
std::string_view check_status_word(CheckStatus status);  // "L4OK"
std::string_view check_status_text(CheckStatus status);  // "Layer4 check passed"

}  // namespace hawser
