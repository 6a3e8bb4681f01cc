// SPDX-License-Identifier: MIT
// The roles of the program: what each process is made of.
#pragma once

#include "process/inherited.h"

namespace hawser {

// worker_main.cc: the data path.
std::unique_ptr<Role> make_worker(Loop& loop, const Inherited& inherited, uint32_t worker);

// control_main.cc: health checks and the runtime socket.
std::unique_ptr<Role> make_control(Loop& loop, const Inherited& inherited, AskWorkers ask);

// vrrp_main.cc: the election, and the virtual addresses.
std::unique_ptr<Role> make_vrrp(Loop& loop, const Inherited& inherited);
void release_vips(const Config& config);

}  // namespace hawser
