// SPDX-License-Identifier: MIT
#include "process/proc_table.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "base/assert.h"
#include "process/title.h"

namespace hawser {
namespace {

// "0d00h02m07s"
std::string uptime(int64_t ns) {
  const int64_t seconds = std::max<int64_t>(0, ns) / 1'000'000'000;
  return fmt::format("{}d{:02}h{:02}m{:02}s", seconds / 86'400, seconds / 3600 % 24,
                     seconds / 60 % 60, seconds % 60);
}

void append_line(std::string& out, Shared& shared, uint32_t slot, int64_t now_ns) {
  const Heartbeat& process = shared.process(slot);
  const ProcessState state = process.state.load();
  const bool alive = process.pid.load() > 0;
  const int64_t age_ns = std::max<int64_t>(0, now_ns - process.beat_ns.load());
  fmt::format_to(std::back_inserter(out), "{:<15} {:<15} {:<15} {:<15} {:<15} {:<15} {:<15} {}\n",
                 process.pid.load(), process_name(slot), 0,
                 uptime(alive ? now_ns - process.started_ns.load() : 0), HAWSER_VERSION,
                 process_state_word(state), process.restarts.load(),
                 alive ? fmt::format("{}ms", age_ns / 1'000'000) : "-");
}

}  // namespace

std::string_view process_state_word(ProcessState state) {
  switch (state) {
    case ProcessState::kAbsent:
      return "absent";
    case ProcessState::kStarting:
      return "starting";
    case ProcessState::kServing:
      return "serving";
    case ProcessState::kDraining:
      return "draining";
    case ProcessState::kDead:
      return "dead";
    case ProcessState::kHung:
      return "hung";
  }
  HW_UNREACHABLE();
}

std::string proc_table(Shared& shared, int64_t now_ns) {
  std::string out =
      fmt::format("{:<15} {:<15} {:<15} {:<15} {:<15} {:<15} {:<15} {}\n", "#<PID>", "<type>",
                  "<reloads>", "<uptime>", "<version>", "<state>", "<restarts>", "<heartbeat>");
  // With -d there is no master: one process is control and the worker.
  if (shared.process(kMasterSlot).pid.load() > 0) append_line(out, shared, kMasterSlot, now_ns);
  out += "# control\n";
  append_line(out, shared, kControlSlot, now_ns);
  out += "# workers\n";
  for (uint32_t i = 0; i < shared.workers(); ++i) {
    append_line(out, shared, kFirstWorker + i, now_ns);
  }
  return out;
}

}  // namespace hawser
