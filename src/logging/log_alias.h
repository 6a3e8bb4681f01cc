// SPDX-License-Identifier: MIT
// The fields of a log format: what stands behind %ci, %Tt and the others.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "logging/access_record.h"
#include "logging/line_buffer.h"
#include "logging/log_date.h"

namespace hawser {

// %{+Q,+X,+E}: in double quotes; numbers and addresses in hexadecimal; '"', '\' and ']' escaped.
enum LogFlag : uint8_t { kLogQuoted = 1, kLogHex = 2, kLogEscaped = 4 };

// What a line shows besides the record: facts of the process, and of its configuration.
struct LogContext {
  LogDates& dates;
  std::string_view hostname;
  int pid = 0;
  uint64_t log_counter = 0;      // lines of this frontend so far, in this process
  uint32_t request_line = 1023;  // characters of the request line that are shown
};

struct LogCall {
  const AccessRecord& record;
  const AccessTimers& timers;
  const LogContext& context;
  LineBuffer& out;
  uint8_t flags;  // LogFlag bits
  bool early;     // option logasap: totals are not final, and say so with a '+'
};

struct LogAlias {
  std::string_view name;
  LogStage stage;  // when its value is final
  bool http_only;
  // false: nothing is shown, not even the blank that follows.
  bool (*render)(const LogCall& call);
  std::string_view summary;
};

std::span<const LogAlias> log_aliases();                // sorted by name
const LogAlias* find_log_alias(std::string_view name);  // nullptr: there is none

}  // namespace hawser
