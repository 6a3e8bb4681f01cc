// SPDX-License-Identifier: MIT
// Any text is a log-format or is refused at a place inside it; a format's line fits its buffer and
// holds no line break, whatever the client sent. The first byte chooses the mode, the second the
// length of the line; a NUL divides the format from what the client sent.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "logging/log_format.h"
#include "logging/log_testing.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hawser;
  if (size < 3) return 0;
  const Mode mode = (data[0] & 1) != 0 ? Mode::kHttp : Mode::kTcp;
  const size_t room = 80 + size_t{data[1]} * 16;
  const std::string_view rest(reinterpret_cast<const char*>(data + 2), size - 2);
  const size_t nul = std::min(rest.find('\0'), rest.size());
  const std::string_view text = rest.substr(0, nul);
  const std::string_view sent = rest.substr(std::min(nul + 1, rest.size()));

  const auto format = LogFormat::compile(text, mode, (data[0] & 2) != 0);
  if (!format) {
    HW_ASSERT(!format.error().text.empty() && format.error().offset <= text.size());
    return 0;
  }
  log_testing::SampleRequest sample;
  const std::string_view captures[] = {sent, ""};
  sample.record.uri = sample.record.request_cookie = sent;
  sample.record.request_captures = captures;
  LogDates dates;
  const LogContext context{.dates = dates, .hostname = "host", .pid = 1, .log_counter = 0};
  LineBuffer line(room);
  (*format)->render(sample.record, context, line);
  HW_ASSERT(line.text().size() <= room);
  // A line break of the format is the administrator's own.
  if (text.find_first_of("\r\n") == text.npos) {
    HW_ASSERT(line.text().find_first_of("\r\n") == line.text().npos);
  }
  return 0;
}
