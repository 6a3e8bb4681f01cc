// SPDX-License-Identifier: MIT
// The dates of log lines. Turning seconds into a date is dear, and almost every line of a second
// needs the same ones, so the last few are kept.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace hawser {

// One second of the wall clock in every spelling that a line may need.
struct DateTexts {
  int64_t second = -1;
  char local[20];    // 21/Nov/2026:04:05:15
  char gmt[20];      // the same in UTC
  char zone[5];      // +0100
  char syslog[15];   // Nov 21 04:05:15 (RFC 3164)
  char iso[19];      // 2026-11-21T04:05:15
  char iso_zone[6];  // +01:00
};

template <size_t N>
std::string_view date_text(const char (&text)[N]) {
  return {text, N};
}

class LogDates {
 public:
  LogDates();  // reads the time zone, while its file can still be reached

  const DateTexts& at(int64_t second) {
    DateTexts& slot = slots_[static_cast<uint64_t>(second) % slots_.size()];
    if (slot.second != second) fill(slot, second);
    return slot;
  }

 private:
  static void fill(DateTexts& slot, int64_t second);
  // Requests that end now have mostly begun within the last seconds.
  std::array<DateTexts, 16> slots_;
};

}  // namespace hawser
