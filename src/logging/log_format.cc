// SPDX-License-Identifier: MIT
#include "logging/log_format.h"

#include <algorithm>

#include "base/text.h"

namespace hawser {
namespace {

constexpr std::string_view kDefaultTcp = "Connect from %ci:%cp to %fi:%fp (%f/TCP)";
constexpr std::string_view kDefaultHttp = "Connect from %ci:%cp to %fi:%fp (%f/HTTP)";
constexpr std::string_view kTcpLog =
    "%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq";
constexpr std::string_view kHttpLog =
    "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc "
    "%ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r";
constexpr std::string_view kClfLog =
    "%{+Q}o %{-Q}ci - - [%trg] %r %ST %B \"\" \"\" %cp %ms %ft %b %s %TR %Tw %Tc %Tr %Ta %tsc "
    "%ac %fc %bc %sc %rc %sq %bq %CC %CS %hrl %hsl";

bool is_space(char c) { return is_blank(c) || c == '\r' || c == '\n'; }

// Fields whose final value would keep the line back until the end; `option logasap` shows what
// they are at the time instead.
LogStage stage_of(const LogAlias& alias, Mode mode, bool as_soon) {
  LogStage stage = alias.stage;
  if (stage == LogStage::kEnd && as_soon) stage = LogStage::kResponse;
  if (mode == Mode::kTcp && stage == LogStage::kResponse) stage = LogStage::kConnect;
  return stage;
}

}  // namespace

class LogFormatCompiler {
 public:
  LogFormatCompiler(std::string_view text, Mode mode, bool as_soon)
      : text_(text), mode_(mode), as_soon_(as_soon), format_(std::make_shared<LogFormat>()) {}

  Result<std::shared_ptr<const LogFormat>, LogFormatError> run() {
    format_->as_soon_ = as_soon_;
    while (at_ < text_.size() && !error_) {
      if (is_space(text_[at_])) {
        blank();
      } else if (text_[at_] != '%') {
        literal(text_[at_++]);
      } else if (text_.substr(at_ + 1).starts_with('%')) {
        literal('%');
        at_ += 2;
      } else {
        field();
      }
    }
    if (error_) return std::move(*error_);
    return std::shared_ptr<const LogFormat>(std::move(format_));
  }

 private:
  void blank() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    format_->parts_.push_back({});
  }

  void literal(char c) {
    auto& parts = format_->parts_;
    if (parts.empty() || parts.back().alias != nullptr || parts.back().length == 0) {
      parts.push_back({nullptr, static_cast<uint32_t>(format_->literals_.size()), 0, 0});
    }
    format_->literals_ += c;
    ++parts.back().length;
  }

  // %NAME, %{FLAGS}NAME; `at_` is at the '%'.
  void field() {
    const size_t start = at_++;
    uint8_t flags = flags_;
    if (at_ < text_.size() && text_[at_] == '{' && !take_flags(flags)) return;
    if (at_ < text_.size() && text_[at_] == '[') {
      const size_t end = std::min(text_.find(']', at_), text_.size() - 1);
      return fail(start, end + 1 - start, "expressions in log formats are not built yet",
                  "use one of the % aliases: see chapter 'Log format' of doc/configuration.md");
    }
    const size_t name_at = at_;
    while (at_ < text_.size() && is_alnum(text_[at_])) ++at_;
    const std::string_view name = text_.substr(name_at, at_ - name_at);
    if (name.empty()) {
      return fail(start, std::max<size_t>(name_at - start, 1),
                  "the name of a field must follow '%'", "write '%%' for a percent sign");
    }
    if (name == "o") {  // its flags are those of all fields that follow
      flags_ = flags;
      return;
    }
    add_field(start, name, flags);
  }

  void add_field(size_t start, std::string_view name, uint8_t flags) {
    const LogAlias* alias = find_log_alias(name);
    if (alias == nullptr) {
      fail(start, at_ - start, "unknown log field " + quoted("%" + std::string(name)),
           "write '%%' for a percent sign");
      error_->unknown_alias = true;
      return;
    }
    if (alias->http_only && mode_ == Mode::kTcp) {
      return fail(start, at_ - start,
                  "log field " + quoted("%" + std::string(name)) + " is for 'mode http' only", "");
    }
    format_->parts_.push_back({alias, 0, 0, flags});
    format_->stage_ = std::max(format_->stage_, stage_of(*alias, mode_, as_soon_));
  }

  // {+Q,-X,E}: `at_` is at the brace, and behind the closing one afterwards.
  bool take_flags(uint8_t& flags) {
    const size_t close = text_.find('}', at_);
    if (close == text_.npos) {
      fail(at_, text_.size() - at_, "the flags of a field must end with '}'", "");
      return false;
    }
    for (const std::string_view raw : split(text_.substr(at_ + 1, close - at_ - 1), ',')) {
      const std::string_view word = trim(raw);
      const bool off = word.starts_with('-');
      const std::string_view name = word.substr(off || word.starts_with('+') ? 1 : 0);
      uint8_t bit = 0;
      if (name == "Q") bit = kLogQuoted;
      if (name == "X") bit = kLogHex;
      if (name == "E") bit = kLogEscaped;
      if (bit == 0) {
        const auto offset = static_cast<size_t>(raw.data() - text_.data());
        fail(offset, std::max<size_t>(raw.size(), 1),
             "unknown flag " + quoted(word) + " of a log field",
             "the flags are Q (in quotes), X (hexadecimal) and E (escaped), as in %{+Q,-E}r");
        return false;
      }
      flags = static_cast<uint8_t>(off ? flags & ~bit : flags | bit);
    }
    at_ = close + 1;
    return true;
  }

  void fail(size_t offset, size_t width, std::string what, std::string hint) {
    error_ = LogFormatError{offset, width, std::move(what), std::move(hint)};
  }

  std::string_view text_;
  Mode mode_;
  bool as_soon_;
  size_t at_ = 0;
  uint8_t flags_ = 0;  // set by %{…}o
  std::shared_ptr<LogFormat> format_;
  std::optional<LogFormatError> error_;
};

Result<std::shared_ptr<const LogFormat>, LogFormatError> LogFormat::compile(std::string_view text,
                                                                            Mode mode,
                                                                            bool as_soon) {
  return LogFormatCompiler(text, mode, as_soon).run();
}

void LogFormat::render(const AccessRecord& record, const LogContext& context,
                       LineBuffer& out) const {
  const AccessTimers timers = timers_of(record.times);
  // A field that shows nothing takes the blank that follows it along; and no line begins with one.
  bool after_blank = true;
  for (const Part& part : parts_) {
    if (part.alias != nullptr) {
      if (part.alias->render({record, timers, context, out, part.flags, as_soon_})) {
        after_blank = false;
      }
    } else if (part.length > 0) {
      out.put(std::string_view(literals_).substr(part.offset, part.length));
      after_blank = false;
    } else if (!after_blank) {
      out.put(' ');
      after_blank = true;
    }
  }
}

std::string_view builtin_log_format(LogStyle style, Mode mode) {
  switch (style) {
    case LogStyle::kDefault:
      return mode == Mode::kTcp ? kDefaultTcp : kDefaultHttp;
    case LogStyle::kTcp:
      return kTcpLog;
    case LogStyle::kHttp:
      return kHttpLog;
    case LogStyle::kHttpClf:
      return kClfLog;
    case LogStyle::kCustom:
      return {};
  }
  HW_UNREACHABLE();
}

}  // namespace hawser
