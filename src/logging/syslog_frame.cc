// SPDX-License-Identifier: MIT
#include "logging/syslog_frame.h"

#include "base/assert.h"

namespace hawser {
namespace {

void put_bracketed(LineBuffer& out, int64_t number) {
  out.put('<');
  out.put_decimal(number);
  out.put('>');
}

void put_priority(LineBuffer& out, const SyslogFacts& facts) {
  put_bracketed(out, facts.facility * 8 + static_cast<int>(facts.level));
}

// 2026-11-21T04:07:44.269733+00:00
void put_iso_date(LineBuffer& out, const SyslogFacts& facts, LogDates& dates) {
  const DateTexts& date = dates.at(facts.now_us / 1'000'000);
  out.put(date_text(date.iso));
  out.put('.');
  out.put_decimal(facts.now_us % 1'000'000, 6);
  out.put(date_text(date.iso_zone));
}

void put_rfc3164(LineBuffer& out, const SyslogFacts& facts, LogDates& dates,
                 std::string_view hostname) {
  put_priority(out, facts);
  out.put(date_text(dates.at(facts.now_us / 1'000'000).syslog));
  out.put(' ');
  if (!hostname.empty()) {
    out.put(hostname);
    out.put(' ');
  }
  out.put(facts.tag);
  out.put('[');
  out.put(facts.pid);
  out.put("]: ");
}

void put_rfc5424(LineBuffer& out, const SyslogFacts& facts, LogDates& dates) {
  put_priority(out, facts);
  out.put("1 ");
  put_iso_date(out, facts, dates);
  for (const std::string_view field : {facts.hostname, facts.tag, facts.pid}) {
    out.put(' ');
    out.put(field.empty() ? "-" : field);
  }
  out.put(" - ");
  out.put(facts.structured.empty() ? "-" : facts.structured);
  out.put(' ');
}

}  // namespace

void write_syslog_header(LineBuffer& out, LogProtocol protocol, const SyslogFacts& facts,
                         LogDates& dates) {
  switch (protocol) {
    case LogProtocol::kRfc3164:
      return put_rfc3164(out, facts, dates, facts.hostname.empty() ? "localhost" : facts.hostname);
    case LogProtocol::kLocal:
      return put_rfc3164(out, facts, dates, "");
    case LogProtocol::kRfc5424:
      return put_rfc5424(out, facts, dates);
    case LogProtocol::kPriority:
      return put_priority(out, facts);
    case LogProtocol::kShort:
      return put_bracketed(out, static_cast<int>(facts.level));
    case LogProtocol::kTimed:
      put_bracketed(out, static_cast<int>(facts.level));
      [[fallthrough]];
    case LogProtocol::kIso:
      put_iso_date(out, facts, dates);
      return out.put(' ');
    case LogProtocol::kRaw:
      return;
  }
  HW_UNREACHABLE();
}

}  // namespace hawser
