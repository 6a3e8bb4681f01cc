// SPDX-License-Identifier: MIT
// What control adds to the workers' counters: the most events in one second, and what
// `clear counters` leaves out from now on. See ProxyMarks and Shared::cleared_row().
#pragma once

#include "config/model.h"
#include "shm/shared.h"

namespace hawser {

// Raises the maxima of all rates by the last whole second, and lowers what servers are thought to
// need (ServerLoad::needed) half of the way to what they have. To be called once a second; workers
// that did nothing cost one look at each backend.
void note_rates(const Config& config, Shared& shared, int64_t now_ms);

// Lowers every maximum to the present value; `all`: and lets every sum start from 0.
void clear_counters(const Config& config, Shared& shared, bool all);

}  // namespace hawser
