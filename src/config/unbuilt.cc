// SPDX-License-Identifier: MIT
#include "config/unbuilt.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "config/instead.h"

namespace hawser {
namespace {

struct Row {
  Vocabulary vocabulary;
  std::vector<std::string_view> names;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> table = {
#define HW_UNBUILT(vocabulary, ...) {Vocabulary::vocabulary, {__VA_ARGS__}},
#include "config/unbuilt.def"
#undef HW_UNBUILT
  };
  return table;
}

struct NoEffect {
  Vocabulary vocabulary;
  std::string_view name;
  std::string_view reason;
};

constexpr NoEffect kNoEffect[] = {
#define HW_NO_EFFECT(vocabulary, name, reason) {Vocabulary::vocabulary, name, reason},
#include "config/no_effect.def"
#undef HW_NO_EFFECT
};

struct KeepalivedWord {
  std::string_view name, hint;
};

constexpr KeepalivedWord kKeepalivedWords[] = {
#define HW_KEEPALIVED(name, hint) {name, hint},
#include "config/keepalived.def"
#undef HW_KEEPALIVED
};

}  // namespace

std::span<const std::string_view> unbuilt_names(Vocabulary vocabulary) {
  for (const Row& row : rows()) {
    if (row.vocabulary == vocabulary) return row.names;
  }
  return {};
}

bool is_unbuilt(Vocabulary vocabulary, std::string_view name) {
  const auto names = unbuilt_names(vocabulary);
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string_view no_effect_reason(Vocabulary vocabulary, std::string_view name) {
  for (const NoEffect& row : kNoEffect) {
    if (row.vocabulary == vocabulary && row.name == name) return row.reason;
  }
  return {};
}

std::string_view keepalived_hint(std::string_view name) {
  for (const KeepalivedWord& row : kKeepalivedWords) {
    if (row.name == name) return row.hint;
  }
  return {};
}

Diagnostic& refuse_name(Args& args, const Word& word, Vocabulary vocabulary, std::string_view what,
                        std::span<const std::string_view> known) {
  // "hdr(Host)" and the like are known by what stands before the parenthesis.
  const std::string_view name = word.text.substr(0, word.text.find('('));
  const std::string subject = std::string(what) + " " + quoted(name);
  if (is_unbuilt(vocabulary, name)) {
    return args.error_at(word, subject + " is known in HAProxy but not built yet")
        .with_hint(std::string(instead_of(vocabulary, name)));
  }
  Diagnostic& unknown = args.error_at(word, "unknown " + subject).hint_nearest(name, known);
  const std::string_view list = what.substr(0, what.find(' '));
  if (unknown.hint.empty())
    unknown.hint = fmt::format("'hawser --list {}' prints all of them", list);
  return unknown;
}

}  // namespace hawser
