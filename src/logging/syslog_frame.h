// SPDX-License-Identifier: MIT
// What stands before the text of a log line: HAProxy's eight formats.
#pragma once

#include <cstdint>
#include <string_view>

#include "config/model.h"
#include "logging/line_buffer.h"
#include "logging/log_date.h"

namespace hawser {

struct SyslogFacts {
  uint8_t facility = 0;
  LogLevel level = LogLevel::kInfo;
  int64_t now_us = 0;                // wall clock
  std::string_view hostname = {};    // of log-send-hostname; "": not given
  std::string_view tag = {};         // "hawser"
  std::string_view pid = {};         // "1234"
  std::string_view structured = {};  // RFC 5424; "": none
};

// Appends the header, with its last blank, to `out`.
void write_syslog_header(LineBuffer& out, LogProtocol protocol, const SyslogFacts& facts,
                         LogDates& dates);

}  // namespace hawser
