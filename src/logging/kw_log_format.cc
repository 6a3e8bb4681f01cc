// SPDX-License-Identifier: MIT
// What access logs say: the formats, and the options that choose one or leave lines out.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/draft.h"
#include "config/keyword.h"
#include "logging/log_format.h"

namespace hawser {
namespace {

// Where the character `offset` of the word's text stands, counted from the word's first character
// in the file; nullopt: not known. Only the lengths tell how the word was spelled: as it is, in
// quotes, or with a backslash before each character that needs one.
std::optional<size_t> written_offset(const LogFormatConfig& format, size_t offset) {
  struct Spelling {
    size_t quote;
    std::string_view escaped;
  };
  const std::string_view text = format.text;
  const auto escapes = [](std::string_view part, std::string_view which) {
    return static_cast<size_t>(std::count_if(part.begin(), part.end(),
                                             [&](char c) { return which.find(c) != which.npos; }));
  };
  for (const Spelling& spelling : {Spelling{0, ""}, Spelling{1, ""}, Spelling{0, " \t\n\r#\"'\\"},
                                   Spelling{1, "\"\\$\t\n\r"}}) {
    const size_t width = text.size() + 2 * spelling.quote + escapes(text, spelling.escaped);
    if (width == format.width) {
      return spelling.quote + offset + escapes(text.substr(0, offset), spelling.escaped);
    }
  }
  return std::nullopt;
}

std::span<const std::string_view> field_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> out{"o"};
    for (const LogAlias& alias : log_aliases()) out.push_back(alias.name);
    return out;
  }();
  return names;
}

Diagnostic& report(Diag& diag, const LogFormatConfig& format, const LogFormatError& error) {
  SourcePos pos = format.pos;
  size_t width = std::max<size_t>(format.width, 1);
  if (const auto offset = written_offset(format, error.offset)) {
    pos.column = static_cast<uint16_t>(pos.column + *offset);
    width = error.width;
  }
  Diagnostic& out = diag.error(pos, error.text, width);
  if (error.unknown_alias) {
    const std::string_view written =
        std::string_view(format.text).substr(error.offset, error.width);
    out.hint_nearest(written.substr(written.find_last_of("%}") + 1), field_names());
  }
  if (out.hint.empty() && !error.hint.empty()) out.with_hint(error.hint);
  return out;
}

// Reads the one argument, and judges what can be judged before the proxy's mode is known.
bool take_format(KeywordCall& call, LogFormatConfig& format) {
  const auto word = call.take("<string>");
  if (!word) return false;
  if (call.more()) {
    call.error_at(*call.peek(), "a log format is one word")
        .with_hint("put it in quotes, or write its blanks as '\\ '");
    return false;
  }
  format = {std::string(word->text), word->pos, word->width, nullptr};
  const auto compiled = LogFormat::compile(format.text, Mode::kHttp, false);
  if (compiled) return true;
  report(call.diag(), format, compiled.error());
  format.text.clear();  // said once
  return false;
}

bool parse_log_format(KeywordCall& call) {
  call.proxy().log_style = LogStyle::kCustom;
  return take_format(call, call.proxy().log_format);
}

bool parse_error_log_format(KeywordCall& call) {
  return take_format(call, call.proxy().error_log_format);
}

bool parse_log_format_sd(KeywordCall& call) {
  return take_format(call, call.proxy().log_format_sd);
}

void choose_style(KeywordCall& call, LogStyle style) {
  call.proxy().log_style = style;
  call.proxy().log_format = {"", call.keyword().pos, 0, nullptr};
}

bool parse_httplog(KeywordCall& call) {
  choose_style(call, call.take_if("clf") ? LogStyle::kHttpClf : LogStyle::kHttp);
  return true;
}

bool parse_tcplog(KeywordCall& call) {
  choose_style(call, LogStyle::kTcp);
  return true;
}

template <Option Which>
bool set_switch(KeywordCall& call) {
  call.proxy().options.set(static_cast<size_t>(Which), !call.negated());
  return true;
}

// What `log` lines a proxy has in the end, those of `global` included.
template <class Test>
bool any_target(const Config& config, const ProxyConfig& proxy, Test test) {
  return std::any_of(proxy.logs.begin(), proxy.logs.end(), [&](const LogTarget& target) {
    if (!target.global) return test(target);
    return std::any_of(config.global.logs.begin(), config.global.logs.end(), test);
  });
}

void compile(LogFormatConfig& format, std::string_view text, const ProxyConfig& proxy, Diag& diag) {
  auto compiled = LogFormat::compile(text, proxy.mode, proxy.option(Option::kLogasap));
  if (compiled) {
    format.compiled = std::move(*compiled);
  } else {
    report(diag, format, compiled.error())
        .with_hint(fmt::format("{} is in mode tcp", quoted(proxy.name)));
  }
}

void check_log_format(Draft& draft, ProxyConfig& proxy, Diag& diag) {
  if (!has_frontend(proxy.kind)) return;
  if (!any_target(*draft.config, proxy, [](const LogTarget&) { return true; })) {
    if (proxy.log_style != LogStyle::kDefault && !draft.config->global.incomplete) {
      diag.warning(proxy.pos, fmt::format("the log format of {} has no effect: nothing is logged",
                                          quoted(proxy.name)))
          .with_hint("give it a 'log' line, or 'log global' and a 'log' line in 'global'");
    }
    return;
  }
  const bool for_http = proxy.log_style == LogStyle::kHttp || proxy.log_style == LogStyle::kHttpClf;
  if (for_http && proxy.mode == Mode::kTcp) {
    diag.warning(proxy.log_format.pos,
                 fmt::format("'option httplog' needs 'mode http': {} logs as with 'option tcplog'",
                             quoted(proxy.name)));
    proxy.log_style = LogStyle::kTcp;
  }
  const bool custom = proxy.log_style == LogStyle::kCustom;
  compile(proxy.log_format,
          custom ? proxy.log_format.text : builtin_log_format(proxy.log_style, proxy.mode), proxy,
          diag);
  if (!proxy.error_log_format.text.empty()) {
    compile(proxy.error_log_format, proxy.error_log_format.text, proxy, diag);
  }
  if (proxy.log_format_sd.text.empty()) return;
  compile(proxy.log_format_sd, proxy.log_format_sd.text, proxy, diag);
  if (!any_target(*draft.config, proxy,
                  [](const LogTarget& t) { return t.format == LogProtocol::kRfc5424; })) {
    diag.warning(proxy.log_format_sd.pos,
                 fmt::format("'log-format-sd' has no effect on {}: no 'log' line of it has "
                             "'format rfc5424'",
                             quoted(proxy.name)));
  }
}

constexpr Keyword kRows[] = {
    {.name = "error-log-format",
     .sections = kInFrontends,
     .parse = parse_error_log_format,
     .args = "<string>",
     .summary = "what is logged about connections on which no request could be read"},
    {.name = "log-format",
     .sections = kInFrontends,
     .parse = parse_log_format,
     .args = "<string>",
     .summary = "what is logged about requests and connections"},
    {.name = "log-format-sd",
     .sections = kInFrontends,
     .parse = parse_log_format_sd,
     .args = "<string>",
     .summary = "structured data of 'format rfc5424' lines"},
    {.name = "option dontlog-normal",
     .sections = kInFrontends,
     .parse = set_switch<Option::kDontlogNormal>,
     .summary = "logs only what went wrong",
     .negatable = true},
    {.name = "option dontlognull",
     .sections = kInFrontends,
     .parse = set_switch<Option::kDontlognull>,
     .summary = "does not log connections on which no byte came",
     .negatable = true},
    {.name = "option httplog",
     .sections = kInFrontends,
     .parse = parse_httplog,
     .args = "[clf]",
     .summary = "logs requests in HAProxy's HTTP format, or in the common log format"},
    {.name = "option log-separate-errors",
     .sections = kInFrontends,
     .parse = set_switch<Option::kLogSeparateErrors>,
     .summary = "logs what went wrong at level err",
     .negatable = true},
    {.name = "option logasap",
     .sections = kInFrontends,
     .parse = set_switch<Option::kLogasap>,
     .summary = "logs before the data is transferred",
     .negatable = true},
    {.name = "option tcplog",
     .sections = kInFrontends,
     .parse = parse_tcplog,
     .summary = "logs connections in HAProxy's TCP format"},
};
HW_REGISTER(Keyword, kRows);

constexpr ProxyCheck kChecks[] = {
    {.name = "log-format", .order = 50, .check = check_log_format, .needs_all_lines = true}};
HW_REGISTER(ProxyCheck, kChecks);

}  // namespace
}  // namespace hawser
