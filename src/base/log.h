// SPDX-License-Identifier: MIT
// What the processes tell the operator: start, stop, deaths, state changes. Requests go to the
// access log instead.
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <string_view>

namespace hawser {

// syslog severities (RFC 5424, section 6.2.1), by who must act.
enum class LogLevel : uint8_t { kEmerg, kAlert, kCrit, kErr, kWarning, kNotice, kInfo, kDebug };

// "emerg" … "debug", the names of the configuration.
std::string_view log_level_name(LogLevel level);

// Where process messages go; set once per process. Until then, and in the foreground, standard
// error:
// "[NOTICE]   (1234) : text", as HAProxy prints it. `sink` must not block.
using LogSink = void (*)(LogLevel level, std::string_view text);
void set_log_sink(LogSink sink);         // nullptr: none besides standard error
void set_log_stderr(bool on);            // off: quiet or daemon mode
void set_log_threshold(LogLevel least);  // on standard error

void log_line(LogLevel level, std::string_view text);

template <class... Args>
void log_at(LogLevel level, fmt::format_string<Args...> format, Args&&... args) {
  log_line(level, fmt::format(format, std::forward<Args>(args)...));
}

#define HW_ALERT(...) ::hawser::log_at(::hawser::LogLevel::kAlert, __VA_ARGS__)
#define HW_WARN(...) ::hawser::log_at(::hawser::LogLevel::kWarning, __VA_ARGS__)
#define HW_NOTICE(...) ::hawser::log_at(::hawser::LogLevel::kNotice, __VA_ARGS__)
#define HW_INFO(...) ::hawser::log_at(::hawser::LogLevel::kInfo, __VA_ARGS__)

}  // namespace hawser
