// SPDX-License-Identifier: MIT
#include "process/process_log.h"

#include <memory>

#include "base/assert.h"
#include "base/log.h"

namespace hawser {
namespace {

// One per process, like the standard streams; the sink is a plain function.
std::unique_ptr<LogOut> g_log;
Counter g_uncounted;

}  // namespace

void open_process_log(const Config& config, Counter* dropped) {
  set_log_sink(nullptr);  // opening may report
  g_log = std::make_unique<LogOut>(config, dropped != nullptr ? dropped : &g_uncounted);
  set_log_sink([](LogLevel level, std::string_view text) { g_log->send(nullptr, level, text); });
}

LogOut& process_log() {
  HW_ASSERT(g_log);
  return *g_log;
}

}  // namespace hawser
