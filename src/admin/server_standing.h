// SPDX-License-Identifier: MIT
// What the shared state of a server amounts to for whoever shows it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/model.h"
#include "shm/server_state.h"

namespace hawser {

struct ServerStanding {
  HealthWord word;
  bool in_maint = false;
  bool takes_new = false;    // gets sessions from the balance algorithm
  uint32_t weight = 0;       // effective, rounded up; of a server that takes nothing new: as set
  uint32_t user_weight = 0;  // 0 … 256
  uint32_t throttle = 100;   // percent of its weight that a server in slow start has
  bool check_shown = false;  // its checks run and mean something
};
ServerStanding standing_of(const ServerState& state, const ServerSettings& set);

// "UP", "DOWN 1/2", "MAINT", "no check", … as in the column `status`.
std::string status_text(const ServerStanding& standing, const ServerSettings& set);

// The numbers that `show servers state` has for the last check's status and for its result.
uint32_t check_status_number(CheckStatus status);
uint32_t check_result_number(CheckStatus status);
bool check_passed(CheckStatus status);

}  // namespace hawser
