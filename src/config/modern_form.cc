// SPDX-License-Identifier: MIT
// The rewriting keywords that HAProxy dropped in 2.1, in today's words.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/refusal.h"

namespace hawser {
namespace {

enum class Act : uint8_t { kAdd, kDelete, kReplace, kBlock, kRule };

struct Retired {
  std::string_view name;
  Act act;
  std::string_view direction;  // http-request or http-response
  std::string_view action;     // of kRule
};
constexpr Retired kRetired[] = {
    {"reqadd", Act::kAdd, "http-request", {}},
    {"rspadd", Act::kAdd, "http-response", {}},
    {"reqdel", Act::kDelete, "http-request", {}},
    {"reqidel", Act::kDelete, "http-request", {}},
    {"rspdel", Act::kDelete, "http-response", {}},
    {"rspidel", Act::kDelete, "http-response", {}},
    {"reqrep", Act::kReplace, "http-request", {}},
    {"reqirep", Act::kReplace, "http-request", {}},
    {"rsprep", Act::kReplace, "http-response", {}},
    {"rspirep", Act::kReplace, "http-response", {}},
    {"block", Act::kBlock, "http-request", "deny"},
    {"reqallow", Act::kRule, "http-request", "allow"},
    {"reqiallow", Act::kRule, "http-request", "allow"},
    {"reqpass", Act::kRule, "http-request", "allow"},
    {"reqipass", Act::kRule, "http-request", "allow"},
    {"reqdeny", Act::kRule, "http-request", "deny"},
    {"reqideny", Act::kRule, "http-request", "deny"},
    {"reqtarpit", Act::kRule, "http-request", "tarpit"},
    {"reqitarpit", Act::kRule, "http-request", "tarpit"},
    {"rspdeny", Act::kRule, "http-response", "deny"},
    {"rspideny", Act::kRule, "http-response", "deny"},
};

// A word as it must be written to be read as `text`.
std::string as_word(std::string_view text) {
  const bool plain = !text.empty() && text.find_first_of(" \t#\"'\\$") == text.npos;
  if (plain) return std::string(text);
  if (text.find('\'') == text.npos) return fmt::format("'{}'", text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '$') out += '\\';
    out += c;
  }
  return out + '"';
}

struct HeaderPattern {
  std::string_view name;   // empty: the pattern does not begin with a header's name
  std::string_view value;  // what follows the colon
};

// "^X-Foo:\ bar" as the header X-Foo and "bar".
HeaderPattern header_of(std::string_view pattern) {
  if (pattern.starts_with('^')) pattern.remove_prefix(1);
  const size_t end = static_cast<size_t>(
      std::find_if(pattern.begin(), pattern.end(),
                   [](char c) { return !is_alnum(c) && c != '-' && c != '_'; }) -
      pattern.begin());
  if (end == 0 || end == pattern.size() || pattern[end] != ':') return {{}, pattern};
  std::string_view value = pattern.substr(end + 1);
  if (value.starts_with('\\')) value.remove_prefix(1);
  return {pattern.substr(0, end), trim(value)};
}

// A condition that holds where the pattern matches.
std::string condition_of(const Retired& row, std::string_view pattern) {
  const HeaderPattern header = header_of(pattern);
  const bool request = row.direction == "http-request";
  if (!header.name.empty()) {
    return fmt::format("{{ {}({}) -m reg {} }}", request ? "req.hdr" : "res.hdr", header.name,
                       as_word(header.value));
  }
  return request ? fmt::format("{{ path -m reg {} }}", as_word(pattern)) : "<condition>";
}

// The second argument of a replacement, "\1X-Foo:\ new" without the header's name.
std::string_view replacement_of(std::string_view text, std::string_view name) {
  if (!istarts_with(text, name) || text.size() == name.size() || text[name.size()] != ':') {
    return text;
  }
  return trim(text.substr(name.size() + 1));
}

std::string form_of(const Retired& row, std::span<const Word> args) {
  const std::string_view first = args.empty() ? "" : args[0].text;
  const HeaderPattern header = header_of(first);
  switch (row.act) {
    case Act::kAdd:
      if (header.name.empty()) return fmt::format("{} add-header <name> <value>", row.direction);
      return fmt::format("{} add-header {} {}", row.direction, header.name, as_word(header.value));
    case Act::kDelete:
      if (!header.name.empty()) return fmt::format("{} del-header {}", row.direction, header.name);
      return fmt::format("{} del-header {} -m reg", row.direction,
                         first.empty() ? "<name>" : as_word(first));
    case Act::kReplace:
      if (args.size() < 2)
        return fmt::format("{} replace-header <name> <regex> <value>", row.direction);
      if (!header.name.empty()) {
        return fmt::format("{} replace-header {} {} {}", row.direction, header.name,
                           as_word(header.value),
                           as_word(replacement_of(args[1].text, header.name)));
      }
      return fmt::format("{} {} (for the request line: http-request replace-path)", row.direction,
                         "replace-header <name> <regex> <value>");
    case Act::kBlock: {
      std::string out = "http-request deny";
      for (const Word& word : args) (out += ' ') += as_word(word.text);
      return out;
    }
    case Act::kRule:
      return fmt::format("{} {} if {}", row.direction, row.action,
                         first.empty() ? "<condition>" : condition_of(row, first));
  }
  HW_UNREACHABLE();
}

}  // namespace

std::string modern_form(std::span<const Word> words) {
  for (const Retired& row : kRetired) {
    if (row.name == words[0].text) return form_of(row, words.subspan(1));
  }
  return {};
}

}  // namespace hawser
