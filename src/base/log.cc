// SPDX-License-Identifier: MIT
#include "base/log.h"

#include <unistd.h>

#include "base/text.h"

namespace hawser {
namespace {

constexpr std::string_view kNames[] = {"emerg",   "alert",  "crit", "err",
                                       "warning", "notice", "info", "debug"};

LogSink g_sink = nullptr;
bool g_stderr = true;
LogLevel g_threshold = LogLevel::kInfo;

}  // namespace

std::string_view log_level_name(LogLevel level) { return kNames[static_cast<size_t>(level)]; }

void set_log_sink(LogSink sink) { g_sink = sink; }
void set_log_stderr(bool on) { g_stderr = on; }
void set_log_threshold(LogLevel least) { g_threshold = least; }

void log_line(LogLevel level, std::string_view text) {
  if (g_stderr && level <= g_threshold) {
    std::string label(log_level_name(level));
    for (char& c : label) c = ascii_upper(c);
    const std::string line = fmt::format("{:<11}({}) : {}\n", "[" + label + "]", ::getpid(), text);
    // One write a line, so that the lines of several processes do not mix.
    [[maybe_unused]] const ssize_t n = ::write(STDERR_FILENO, line.data(), line.size());
  }
  if (g_sink != nullptr) g_sink(level, text);
}

}  // namespace hawser
