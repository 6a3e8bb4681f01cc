// SPDX-License-Identifier: MIT
// What answers mean: rise and fall counted, nothing else. No clock, no sockets, no shared memory.
#pragma once

#include <cstdint>
#include <string>

#include "shm/layout.h"

namespace hawser {

struct VerdictRules {
  uint16_t rise = 2;  // good answers in a row that bring a server back
  uint16_t fall = 3;  // bad answers in a row that take it out
};

// `streak` is HAProxy's check_health: 0 … rise + fall - 1, up from `rise` on. At both ends the
// state is certain, between them it is in transition.
struct Verdict {
  ServerHealth health = ServerHealth::kUp;
  uint16_t streak = 0;

  friend bool operator==(const Verdict&, const Verdict&) = default;
};

// The verdict after one more answer. A good answer to a server that is up restores it at once; a
// bad one to a server that is down starts the count anew. A stopping server that answers well is
// up again.
Verdict after_answer(Verdict before, const VerdictRules& rules, bool passed);

// Up or down without a doubt, as an operator's word is.
Verdict certain(ServerHealth health, const VerdictRules& rules);
// Up on trust, and down at the first bad answer: at the start, and after maintenance.
Verdict on_probation(const VerdictRules& rules);

// How sure the verdict is, which decides when to ask again.
enum class Certainty : uint8_t { kUp, kDown, kTransition };
Certainty certainty_of(const Verdict& verdict, const VerdictRules& rules);

// "2/3 UP", "1/2 DOWN": how many of the answers that its state takes have come.
std::string progress_text(const Verdict& verdict, const VerdictRules& rules);

}  // namespace hawser
