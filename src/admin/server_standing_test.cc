// SPDX-License-Identifier: MIT
#include "admin/server_standing.h"

#include "base/testing.h"

namespace hawser {
namespace {

ServerStanding standing(HealthWord word, uint32_t weight = 160, Millis slowstart = Millis(0)) {
  ServerState state{};
  state.word.store(word.packed());
  state.user_weight.store(10);
  state.weight.store(weight);
  ServerSettings set;
  set.slowstart = slowstart;
  return standing_of(state, set);
}

TEST_CASE("a status is HAProxy's words") {
  const ServerSettings set;  // rise 2, fall 3
  constexpr auto kUp = ServerHealth::kUp, kDown = ServerHealth::kDown,
                 kStopping = ServerHealth::kStopping;
  struct Row {
    HealthWord word;
    const char* text;
  };
  for (const auto& row : {
           Row{{kUp, 0, true, true, 4}, "UP"},
           Row{{kUp, 0, true, true, 3}, "UP 2/3"},
           Row{{kUp, 0, false, true, 2}, "UP 1/3"},
           Row{{kUp, 0, false, false, 2}, "no check"},
           Row{{kDown, 0, true, true, 0}, "DOWN"},
           Row{{kDown, 0, true, true, 1}, "DOWN 1/2"},
           Row{{kDown, 0, false, false, 0}, "DOWN"},
           Row{{kStopping, 0, true, true, 4}, "NOLB"},
           Row{{kStopping, 0, true, true, 2}, "NOLB 1/3"},
           Row{{kStopping, 0, false, false, 2}, "NOLB"},
           Row{{kUp, kAdminDrain, true, true, 4}, "DRAIN"},
           Row{{kDown, kAdminDrain, true, true, 0}, "DOWN"},
           Row{{kUp, kAdminMaint, true, true, 4}, "MAINT"},
           Row{{kDown, kAdminForcedByConfig, false, true, 0}, "MAINT"},
       }) {
    INFO(row.text << " " << row.word.streak);
    CHECK(status_text(standing(row.word), set) == row.text);
  }
}

TEST_CASE("the weight shown is the effective one, rounded up") {
  const HealthWord up{ServerHealth::kUp, 0, true, true, 4};
  CHECK(standing(up, 160).weight == 10);
  CHECK(standing(up, 33).weight == 3);
  CHECK(standing(up, 33).throttle == 100);
  CHECK(standing(up, 33, Millis(1000)).throttle == 20);
  CHECK(standing({ServerHealth::kUp, kAdminDrain, true, true, 4}, 0).weight == 10);
  CHECK_FALSE(standing({ServerHealth::kUp, kAdminDrain, true, true, 4}, 0).takes_new);
  CHECK(standing({ServerHealth::kDown, 0, true, true, 0}, 0).weight == 10);
}

}  // namespace
}  // namespace hawser
