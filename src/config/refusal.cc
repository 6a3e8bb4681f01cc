// SPDX-License-Identifier: MIT
#include "config/refusal.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "config/instead.h"
#include "config/nearest.h"
#include "config/unbuilt.h"

namespace hawser {
namespace {

// The longest name that HAProxy has: "tcp-request content set-var".
constexpr size_t kLongestName = 3;

// The first `n` words as names are written; what follows a parenthesis is an argument.
std::string name_of(std::span<const Word> words, size_t n) {
  std::string out;
  for (const Word& word : words.first(n)) {
    if (!out.empty()) out += ' ';
    out += word.text.substr(0, word.text.find('('));
  }
  return out;
}

uint16_t sections_of(const KeywordTable::Match& match) {
  uint16_t out = 0;
  for (const Keyword* row : match.rows) out |= row->sections;
  return out;
}

// A value that `defaults` may give to every section does no harm in one that has no use for it, and
// HAProxy takes it with a warning. Others change what is reachable, so they are errors.
void refuse_section(std::span<const Word> words, const KeywordTable::Match& match, Section section,
                    Diag& diag) {
  const std::string name = name_of(words, match.words);
  const uint16_t allowed = sections_of(match);
  const size_t width =
      words[match.words - 1].pos.column + words[match.words - 1].width - words[0].pos.column;
  if ((section & kInProxies) != 0 && (allowed & kInDefaults) != 0) {
    diag.warning(words[0].pos,
                 fmt::format("'{}' has no effect in a '{}' section", name, section_name(section)),
                 width)
        .with_hint("it belongs to: " + section_names(allowed));
    return;
  }
  diag.error(words[0].pos,
             fmt::format("'{}' is not allowed in a '{}' section", name, section_name(section)),
             width)
      .with_hint("it belongs to: " + section_names(allowed));
}

bool refuse_unbuilt(std::span<const Word> words, Vocabulary vocabulary, Diag& diag) {
  for (size_t n = std::min(words.size(), kLongestName); n > 0; --n) {
    const std::string name = name_of(words, n);
    if (!is_unbuilt(vocabulary, name)) continue;
    const size_t width = words[n - 1].pos.column + words[n - 1].width - words[0].pos.column;
    diag.error(words[0].pos, fmt::format("'{}' is known in HAProxy but not built yet", name), width)
        .with_hint(std::string(instead_of(vocabulary, name)));
    return true;
  }
  return false;
}

bool is_section(std::string_view name) {
  const auto names = known_sections();
  return std::find(names.begin(), names.end(), name) != names.end();
}

// True: it seems to begin a section.
bool refuse_unknown(std::span<const Word> words, Section section, bool outdented, Diag& diag) {
  const KeywordTable& table = KeywordTable::instance();
  const std::string_view first = words[0].text;
  if (table.is_group(first)) {
    const auto names = table.names(section, first);
    if (words.size() == 1) {
      diag.error(words[0].pos, fmt::format("'{}' must be followed by another word", first),
                 words[0].width)
          .with_hint(fmt::format("one of: {}", fmt::join(names, ", ")));
      return false;
    }
    const std::string_view near = nearest(words[1].text, names);
    Diagnostic& error = diag.error(
        words[1].pos, fmt::format("unknown keyword '{} {}'", first, words[1].text), words[1].width);
    error.with_hint(near.empty() ? fmt::format("one of: {}", fmt::join(names, ", "))
                                 : fmt::format("did you mean '{} {}'?", first, near));
    return false;
  }
  const auto names = table.names(section);
  Diagnostic& unknown = diag.error(
      words[0].pos,
      fmt::format("unknown keyword {} in a '{}' section", quoted(first), section_name(section)),
      words[0].width);
  auto all = names;
  all.insert(all.end(), known_sections().begin(), known_sections().end());
  std::string_view near = nearest(first, all);
  if (near.empty() && words.size() > 1) near = nearest(name_of(words, 2), names);
  if (near.empty()) {
    unknown.hint_nearest(first, names);
  } else {
    unknown.with_hint(fmt::format("did you mean '{}'?", near));
  }
  const bool global = is_unbuilt(Vocabulary::kGlobal, first) ||
                      !no_effect_reason(Vocabulary::kGlobal, first).empty();
  if (global && section != kInGlobal) unknown.hint = "it belongs to: global";
  if (unknown.hint.empty()) unknown.hint = "'hawser -dK' prints the keywords of each section";
  return near.empty() ? outdented : is_section(near);
}

// "timeout conect" in a proxy is a wrong timeout there, though `timeout` alone is a keyword of
// another section.
bool is_wrong_member(std::string_view first, const KeywordTable::Match& match, Section section) {
  return match.words == 1 && !KeywordTable::instance().names(section, first).empty();
}

// In sections that HAProxy does not have: what keepalived calls it.
bool refuse_vrrp_keyword(std::span<const Word> words, Section section, bool outdented, Diag& diag) {
  const std::string_view first = words[0].text;
  const std::string_view hint = keepalived_hint(first);
  if (hint.empty()) return refuse_unknown(words, section, outdented, diag);
  diag.error(words[0].pos, quoted(first) + " is a word of keepalived", words[0].width)
      .with_hint(std::string(hint));
  return false;
}

}  // namespace

bool refuse_keyword(std::span<const Word> words, const KeywordTable::Match& match, Section section,
                    bool outdented, Diag& diag) {
  const std::string_view first = words[0].text;
  const bool elsewhere = !match.rows.empty() && !is_wrong_member(first, match, section);
  const bool is_ours = (section & (kInVrrpSections | kInMailers)) != 0;
  const auto vocabulary = section == kInGlobal ? Vocabulary::kGlobal : Vocabulary::kProxy;
  if (elsewhere) {
    if (is_ours || !refuse_unbuilt(words, vocabulary, diag)) {
      refuse_section(words, match, section, diag);
    }
    return false;
  }
  if (is_ours) return refuse_vrrp_keyword(words, section, outdented, diag);
  if (const auto reason = no_effect_reason(vocabulary, first); !reason.empty()) {
    diag.warning(words[0].pos, fmt::format("'{}' has no effect: {}", first, reason),
                 words[0].width);
    return false;
  }
  if (const std::string form = modern_form(words); !form.empty()) {
    diag.error(words[0].pos, quoted(first) + " is gone since HAProxy 2.1", words[0].width)
        .with_hint("use: " + form);
    return false;
  }
  return !refuse_unbuilt(words, vocabulary, diag) &&
         refuse_unknown(words, section, outdented, diag);
}

void refuse_rest(KeywordCall& call, const Keyword& row) {
  const Word& word = *call.peek();
  if (word.text == "if" || word.text == "unless") {
    call.error_at(word, "conditions are not built yet")
        .with_hint("without one, the line holds for everything");
    return;
  }
  Diagnostic& error =
      call.error_at(word, fmt::format("unexpected {} after '{}'", quoted(word.text), row.name));
  if (row.args.empty()) {
    error.with_hint(fmt::format("'{}' takes no arguments", row.name));
  } else {
    error.with_hint(fmt::format("usage: {} {}", row.name, row.args));
  }
}

std::span<const std::string_view> known_sections() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> out;
    for (const Section section : all_sections()) out.push_back(section_name(section));
    return out;
  }();
  return names;
}

}  // namespace hawser
