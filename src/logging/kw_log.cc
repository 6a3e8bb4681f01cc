// SPDX-License-Identifier: MIT
// Where logs go: `log`, its sampling, the tag and the host name of syslog headers.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/keyword.h"

namespace hawser {
namespace {

constexpr uint16_t kSyslogPort = 514;

// In the order of their numbers (RFC 3164, section 4.1.1).
constexpr std::string_view kFacilities[] = {
    "kern",   "user",   "mail",   "daemon", "auth",   "syslog", "lpr",    "news",
    "uucp",   "cron",   "auth2",  "ftp",    "ntp",    "audit",  "alert",  "cron2",
    "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"};

constexpr std::string_view kLevels[] = {"emerg",   "alert",  "crit", "err",
                                        "warning", "notice", "info", "debug"};

constexpr std::string_view kFormats[] = {"rfc3164", "rfc5424", "priority", "short",
                                         "timed",   "iso",     "raw",      "local"};

// Targets that HAProxy has and that need more than a datagram.
constexpr std::string_view kUnbuiltTargets[] = {"ring@", "backend@", "tcp@",   "tcp4@",
                                                "tcp6@", "uxst@",    "stream+"};

bool set_address(KeywordCall& call, const Word& word, LogTarget& target) {
  for (const std::string_view prefix : kUnbuiltTargets) {
    if (!word.text.starts_with(prefix)) continue;
    call.error_at(word,
                  fmt::format("a log target '{}' is known in HAProxy but not built yet", prefix))
        .with_hint("send to a syslog server over UDP or a unix socket, or to stdout");
    return false;
  }
  const auto spec = word.text.empty()
                        ? Result<AddressSpec>(Error{"the address of a log is empty"})
                        : parse_address(word.text, {.fd = true, .is_bind = true, .datagram = true});
  if (!spec) {
    constexpr std::string_view kWords[] = {"global", "stdout", "stderr"};
    Diagnostic& wrong = call.error_at(word, spec.error().text);
    if (word.text.find_first_of(".:/@") == word.text.npos) wrong.hint_nearest(word.text, kWords);
    return false;
  }
  if (spec->fd >= 0) {
    target.transport = LogTransport::kFd;
    target.fd = spec->fd;
    return true;
  }
  target.address = spec->address;
  if (target.address.is_unix()) {
    target.transport = LogTransport::kUnixDatagram;
  } else {
    target.transport = LogTransport::kUdp;
    if (!spec->has_port) target.address.set_port(kSyslogPort);
  }
  return true;
}

struct Range {
  uint64_t low, high;
};

std::optional<Range> parse_range(std::string_view text) {
  const size_t dash = text.find('-');
  const auto low = parse_uint(text.substr(0, dash));
  const auto high = dash == text.npos ? low : parse_uint(text.substr(dash + 1));
  if (!low || !high || *low == 0 || *high < *low) return std::nullopt;
  return Range{*low, *high};
}

// "1,3-4:8": the first, third and fourth of every eight.
bool take_sample(KeywordCall& call, LogTarget& target) {
  constexpr uint64_t kLargest = 65535;
  const auto word = call.take("<ranges>:<size>");
  if (!word) return false;
  const size_t colon = word->text.find(':');
  const auto size =
      colon == word->text.npos ? std::nullopt : parse_uint(word->text.substr(colon + 1));
  if (!size || *size == 0 || *size > kLargest) {
    call.error(fmt::format("{} must end in ':' and the size of the sample, from 1 to {}",
                           quoted(word->text), kLargest));
    return false;
  }
  target.sample.assign(*size, false);
  for (const std::string_view text : split(word->text.substr(0, colon), ',')) {
    const auto range = parse_range(text);
    if (!range) {
      call.error(fmt::format("{} is no range of a sample", quoted(text)))
          .with_hint("as in 'sample 1,3-4:8': the first, third and fourth of every eight messages");
      return false;
    }
    if (range->high > *size) {
      call.error(
          fmt::format("the range {} is beyond the sample's size of {}", quoted(text), *size));
      return false;
    }
    for (uint64_t i = range->low; i <= range->high; ++i) {
      if (target.sample[i - 1]) {
        call.error(fmt::format("the ranges of the sample overlap at {}", i));
        return false;
      }
      target.sample[i - 1] = true;
    }
  }
  return true;
}

bool take_settings(KeywordCall& call, LogTarget& target) {
  for (;;) {
    if (call.take_if("len")) {
      const auto length = call.take_int("<length>", 80, 65535);
      if (!length) return false;
      target.len = static_cast<uint32_t>(*length);
    } else if (call.take_if("format")) {
      const auto format = call.take_one_of("<format>", kFormats);
      if (!format) return false;
      target.format = static_cast<LogProtocol>(*format);
    } else if (call.take_if("sample")) {
      if (!take_sample(call, target)) return false;
    } else {
      return true;
    }
  }
}

// <facility> [<level> [<minlevel>]]
bool take_priority(KeywordCall& call, LogTarget& target) {
  const auto facility = call.take_one_of("<facility>", kFacilities);
  if (!facility) return false;
  target.facility = static_cast<uint8_t>(*facility);
  for (LogLevel* const level : {&target.level, &target.minlevel}) {
    if (!call.more()) return true;
    const auto value = call.take_one_of("<level>", kLevels);
    if (!value) return false;
    *level = static_cast<LogLevel>(*value);
  }
  return true;
}

bool parse_log(KeywordCall& call) {
  const bool in_global = call.section() == kInGlobal;
  std::vector<LogTarget>& logs = in_global ? call.global().logs : call.proxy().logs;
  if (call.negated()) {
    logs.clear();
    return true;
  }
  const auto word = call.take(in_global ? "<target>" : "<target> or 'global'");
  if (!word) return false;
  LogTarget target;
  target.pos = word->pos;
  if (word->text == "global") {
    if (in_global) {
      call.error("'log global' is for proxies: it stands for the 'log' lines of this section");
      return false;
    }
    // Given by `defaults` and again by the section, it still means each line once.
    const bool given =
        std::any_of(logs.begin(), logs.end(), [](const LogTarget& t) { return t.global; });
    target.global = true;
    if (!given) logs.push_back(std::move(target));
    return true;
  }
  if (word->text == "stdout" || word->text == "stderr") {
    target.transport = word->text == "stdout" ? LogTransport::kStdout : LogTransport::kStderr;
  } else if (!set_address(call, *word, target)) {
    return false;
  }
  if (!take_settings(call, target) || !take_priority(call, target)) return false;
  logs.push_back(std::move(target));
  return true;
}

bool parse_log_tag(KeywordCall& call) {
  const auto word = call.take("<string>");
  if (!word) return false;
  (call.section() == kInGlobal ? call.global().log_tag : call.proxy().log_tag) = word->text;
  return true;
}

bool parse_log_send_hostname(KeywordCall& call) {
  call.global().log_send_hostname = true;
  if (call.more()) call.global().log_hostname = call.take("<string>")->text;
  return true;
}

constexpr Keyword kRows[] = {
    {.name = "log",
     .sections = kInGlobal | kInProxies,
     .parse = parse_log,
     .args =
         "global | <target> [len <length>] [format <format>] [sample <ranges>:<size>] <facility> "
         "[<level> [<minlevel>]]",
     .summary = "a syslog server or descriptor that log lines are sent to",
     .negatable = true},
    {.name = "log-send-hostname",
     .sections = kInGlobal,
     .parse = parse_log_send_hostname,
     .args = "[<string>]",
     .summary = "shows the name of this host, or <string>, in syslog headers"},
    {.name = "log-tag",
     .sections = kInGlobal | kInProxies,
     .parse = parse_log_tag,
     .args = "<string>",
     .summary = "the name of the program in syslog headers"},
};
HW_REGISTER(Keyword, kRows);

}  // namespace
}  // namespace hawser
