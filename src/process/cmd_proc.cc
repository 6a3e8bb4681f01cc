// SPDX-License-Identifier: MIT
// `show proc`: the processes of the program, as the master's notes in shared memory have them.
#include "admin/command.h"
#include "process/proc_table.h"

namespace hawser {
namespace {

void run_show_proc(CommandCall& call) { call.reply(proc_table(call.shared, monotonic_ns())); }

constexpr Command kRows[] = {
    {.name = "show proc",
     .run = run_show_proc,
     .summary = "show the master, control and the workers, and how they are"},
};
HW_REGISTER(Command, kRows);

}  // namespace
}  // namespace hawser
