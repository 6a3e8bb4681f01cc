// SPDX-License-Identifier: MIT
#include "logging/log_date.h"

#include <time.h>

#include <cstdlib>
#include <cstring>

namespace hawser {
namespace {

// English whatever the locale says: log analysers read them.
constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

char* two(char* out, int value, char pad = '0') {
  *out++ = value < 10 ? pad : static_cast<char>('0' + value / 10);
  *out++ = static_cast<char>('0' + value % 10);
  return out;
}

char* four(char* out, int value) { return two(two(out, value / 100), value % 100); }

char* month(char* out, int index) {
  return static_cast<char*>(std::memcpy(out, kMonths[index], 3)) + 3;
}

char* clock(char* out, const tm& t) {
  out = two(out, t.tm_hour);
  *out++ = ':';
  out = two(out, t.tm_min);
  *out++ = ':';
  return two(out, t.tm_sec);
}

void common_log(char* out, const tm& t) {
  out = two(out, t.tm_mday);
  *out++ = '/';
  out = month(out, t.tm_mon);
  *out++ = '/';
  out = four(out, t.tm_year + 1900);
  *out++ = ':';
  clock(out, t);
}

void rfc3164(char* out, const tm& t) {
  out = month(out, t.tm_mon);
  *out++ = ' ';
  out = two(out, t.tm_mday, ' ');
  *out++ = ' ';
  clock(out, t);
}

void iso8601(char* out, const tm& t) {
  out = four(out, t.tm_year + 1900);
  *out++ = '-';
  out = two(out, t.tm_mon + 1);
  *out++ = '-';
  out = two(out, t.tm_mday);
  *out++ = 'T';
  clock(out, t);
}

}  // namespace

LogDates::LogDates() { tzset(); }

void LogDates::fill(DateTexts& slot, int64_t second) {
  const time_t when = second;
  tm local, gmt;
  localtime_r(&when, &local);
  gmtime_r(&when, &gmt);
  common_log(slot.local, local);
  common_log(slot.gmt, gmt);
  rfc3164(slot.syslog, local);
  iso8601(slot.iso, local);
  const int minutes = static_cast<int>(std::labs(local.tm_gmtoff) / 60);
  slot.zone[0] = slot.iso_zone[0] = local.tm_gmtoff < 0 ? '-' : '+';
  two(two(slot.zone + 1, minutes / 60), minutes % 60);
  char* colon = two(slot.iso_zone + 1, minutes / 60);
  *colon = ':';
  two(colon + 1, minutes % 60);
  slot.second = second;
}

}  // namespace hawser
