// SPDX-License-Identifier: MIT
#include "config/keyword.h"

#include <fmt/format.h>

#include "base/quantity.h"
#include "base/text.h"
#include "config/draft.h"
#include "config/listing.h"

namespace hawser {

bool Args::take_if(std::string_view text) {
  if (!more() || words_[next_].text != text) return false;
  ++next_;
  return true;
}

std::optional<Word> Args::take(std::string_view what) {
  if (!more()) {
    const Word& last = words_[next_ - 1];
    Diagnostic& missing =
        error_at(last, fmt::format("missing {} after {}", what, quoted(last.text)));
    if (!usage_.args.empty() && usage_.args != what) {
      missing.hint = fmt::format("usage: {} {}", usage_.name, usage_.args);
    }
    return std::nullopt;
  }
  return words_[next_++];
}

std::optional<int64_t> Args::take_int(std::string_view what, int64_t min, int64_t max) {
  const auto word = take(what);
  if (!word) return std::nullopt;
  const auto value = parse_int(word->text);
  if (value && *value >= min && *value <= max) return value;
  Diagnostic& wrong = error(fmt::format("{} must be a whole number from {} to {}, not {}", what,
                                        min, max, quoted(word->text)));
  const size_t digits = word->text.find_first_not_of("0123456789");
  if (digits != 0 && digits != word->text.npos && is_alnum(word->text[digits])) {
    wrong.with_hint("it has no unit: write all digits");
  }
  return std::nullopt;
}

std::optional<Millis> Args::take_duration(std::string_view what, Micros bare) {
  const auto word = take(what);
  if (!word) return std::nullopt;
  const auto value = parse_duration(word->text, bare);
  if (value) return std::chrono::ceil<Millis>(*value);
  error(value.error().text);
  return std::nullopt;
}

std::optional<uint32_t> Args::take_size(std::string_view what, uint64_t max) {
  const auto word = take(what);
  if (!word) return std::nullopt;
  const auto value = parse_size(word->text);
  if (!value) {
    error(value.error().text);
    return std::nullopt;
  }
  if (*value <= max) return static_cast<uint32_t>(*value);
  error(fmt::format("{} must be at most {}, not {}", what, max, quoted(word->text)));
  return std::nullopt;
}

std::optional<size_t> Args::take_one_of(std::string_view what,
                                        std::span<const std::string_view> names) {
  const auto word = take(what);
  if (!word) return std::nullopt;
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == word->text) return i;
  }
  Diagnostic& wrong = error(fmt::format("unknown {} {}", what, quoted(word->text)));
  wrong.hint_nearest(word->text, names);
  if (wrong.hint.empty()) wrong.hint = fmt::format("one of: {}", fmt::join(names, ", "));
  return std::nullopt;
}

std::string Args::take_rest() {
  std::string out;
  for (; more(); ++next_) {
    if (!out.empty()) out += ' ';
    out += words_[next_].text;
  }
  return out;
}

Diagnostic& Args::error(std::string text) { return error_at(words_[next_ - 1], std::move(text)); }

Diagnostic& Args::warning(std::string text) {
  return warning_at(words_[next_ - 1], std::move(text));
}

Diagnostic& Args::error_at(const Word& word, std::string text) {
  return diag_.error(word.pos, std::move(text), word.width);
}

Diagnostic& Args::warning_at(const Word& word, std::string text) {
  return diag_.warning(word.pos, std::move(text), word.width);
}

ProxyConfig& KeywordCall::proxy() {
  HW_ASSERT(proxy_ != nullptr);
  return *proxy_;
}

GlobalConfig& KeywordCall::global() { return draft_.config->global; }

VrrpConfig& KeywordCall::vrrp() {
  HW_ASSERT(draft_.vrrp != nullptr);
  return *draft_.vrrp;
}

VrrpGroupConfig& KeywordCall::vrrp_group() {
  HW_ASSERT(draft_.vrrp_group != nullptr);
  return *draft_.vrrp_group;
}

VrrpScriptConfig& KeywordCall::vrrp_script() {
  HW_ASSERT(draft_.vrrp_script != nullptr);
  return *draft_.vrrp_script;
}

MailersConfig& KeywordCall::mailers() {
  HW_ASSERT(draft_.mailers != nullptr);
  return *draft_.mailers;
}

HW_REGISTRY(Keyword, "keywords");
HW_REGISTRY(BindOption, "bind");
HW_REGISTRY(ServerOption, "server");

}  // namespace hawser
