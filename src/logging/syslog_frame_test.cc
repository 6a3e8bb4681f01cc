// SPDX-License-Identifier: MIT
// The expected headers are those of haproxy 2.6.12.
#include "logging/syslog_frame.h"

#include <time.h>

#include <cstdlib>

#include "base/testing.h"

namespace hawser {
namespace {

std::string header(LogProtocol protocol, const SyslogFacts& facts, const char* zone = "UTC") {
  setenv("TZ", zone, 1);
  LogDates dates;
  LineBuffer out(1024);
  write_syslog_header(out, protocol, facts, dates);
  setenv("TZ", "UTC", 1);
  tzset();
  return std::string(out.text());
}

SyslogFacts facts_of(uint8_t facility) {
  return {.facility = facility,
          .level = LogLevel::kInfo,
          .now_us = 1'795'234'064'269'733,
          .tag = "hello",
          .pid = "14758"};
}

TEST_CASE("the headers of all formats are HAProxy's") {
  CHECK(header(LogProtocol::kLocal, facts_of(17)) == "<142>Nov 21 04:07:44 hello[14758]: ");
  CHECK(header(LogProtocol::kRfc3164, facts_of(18)) ==
        "<150>Nov 21 04:07:44 localhost hello[14758]: ");
  CHECK(header(LogProtocol::kRfc5424, facts_of(19)) ==
        "<158>1 2026-11-21T04:07:44.269733+00:00 - hello 14758 - - ");
  CHECK(header(LogProtocol::kPriority, facts_of(20)) == "<166>");
  CHECK(header(LogProtocol::kShort, facts_of(21)) == "<6>");
  CHECK(header(LogProtocol::kTimed, facts_of(22)) == "<6>2026-11-21T04:07:44.269733+00:00 ");
  CHECK(header(LogProtocol::kIso, facts_of(23)) == "2026-11-21T04:07:44.269733+00:00 ");
  CHECK(header(LogProtocol::kRaw, facts_of(3)).empty());
}

TEST_CASE("log-send-hostname, structured data and the time zone show in the header") {
  SyslogFacts facts = facts_of(18);
  facts.hostname = "HOSTSTR";
  CHECK(header(LogProtocol::kRfc3164, facts) == "<150>Nov 21 04:07:44 HOSTSTR hello[14758]: ");
  CHECK(header(LogProtocol::kLocal, facts) == "<150>Nov 21 04:07:44 hello[14758]: ");
  facts.structured = "[ex@1 b=\"88\"]";
  CHECK(header(LogProtocol::kRfc5424, facts, "<-0330>3:30") ==
        "<150>1 2026-11-21T00:37:44.269733-03:30 HOSTSTR hello 14758 - [ex@1 b=\"88\"] ");
}

TEST_CASE("a day of one digit is padded with a blank in RFC 3164") {
  SyslogFacts facts = facts_of(16);
  facts.now_us = 1'793'683'205'000'000;
  CHECK(header(LogProtocol::kLocal, facts) == "<134>Nov  3 05:20:05 hello[14758]: ");
}

}  // namespace
}  // namespace hawser
