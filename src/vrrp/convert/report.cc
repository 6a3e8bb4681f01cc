// SPDX-License-Identifier: MIT
#include "vrrp/convert/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>

#include "base/text.h"

namespace hawser::keepalived {
namespace {

constexpr int kKeywordWidth = 17;

// For a comment: one line, whatever the file had.
std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text)
    out += (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f ? '?' : c;
  return out;
}

}  // namespace

void Report::became(const Statement& from, std::string what) {
  rows_.push_back({from.words[0].pos, from.rest(0), std::move(what)});
}

void Report::dropped(const Statement& from, std::string_view why) {
  became(from, fmt::format("left out: {}", why));
}

void Report::trap(const Statement& from, const Word& word, std::string what,
                  std::string became_to) {
  diag_.warning(word.pos, what, word.width).with_hint(became_to);
  became(from, fmt::format("{}; {}", what, became_to));
}

void Report::error(const Word& word, std::string what, std::string hint) {
  diag_.error(word.pos, std::move(what), word.width).with_hint(std::move(hint));
}

std::string Report::table() const {
  std::vector<const Row*> sorted;
  for (const Row& row : rows_) sorted.push_back(&row);
  std::stable_sort(sorted.begin(), sorted.end(), [](const Row* a, const Row* b) {
    return std::tie(a->pos.file, a->pos.line) < std::tie(b->pos.file, b->pos.line);
  });
  std::string out;
  uint16_t file = UINT16_MAX;
  for (const Row* row : sorted) {
    if (row->pos.file != file) {
      file = row->pos.file;
      fmt::format_to(std::back_inserter(out), "#\n# What became of {}:\n",
                     printable(diag_.file_name(file)));
    }
    fmt::format_to(std::back_inserter(out), "# {:4}  {}\n#         -> {}\n", row->pos.line,
                   printable(row->from), printable(row->became));
  }
  return out;
}

void SectionText::begin(std::string_view head) {
  if (!text_.empty()) text_ += '\n';
  (text_ += head) += '\n';
}

void SectionText::put(std::string_view keyword, std::string_view value) {
  if (value.empty()) {
    fmt::format_to(std::back_inserter(text_), "    {}\n", keyword);
  } else {
    fmt::format_to(std::back_inserter(text_), "    {:<{}} {}\n", keyword, kKeywordWidth, value);
  }
}

void SectionText::comment(std::string_view text) {
  fmt::format_to(std::back_inserter(text_), "    # {}\n", printable(text));
}

void SectionText::keep(std::string_view line) {
  fmt::format_to(std::back_inserter(text_), "# {}\n", printable(line));
}

std::string as_word(std::string_view text) {
  const bool plain = !text.empty() && text.find_first_of(" \t#\"'\\$\r\n") == text.npos;
  if (plain) return std::string(text);
  const bool double_quotes = text.find_first_of("\"\\$\r\n") == text.npos;
  if (double_quotes) return fmt::format("\"{}\"", text);
  if (text.find_first_of("'\r\n") == text.npos) return fmt::format("'{}'", text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\n' || c == '\r') {
      out += c == '\n' ? "\\n" : "\\r";
      continue;
    }
    if (c == '"' || c == '\\' || c == '$') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string as_name(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (!is_alnum(c) && c != '-' && c != '_' && c != '.' && c != ':') c = '_';
  }
  return out.empty() ? "_" : out;
}

std::optional<int64_t> take_number(Report& report, const Statement& from, int64_t min, int64_t max,
                                   size_t index) {
  if (index >= from.words.size()) {
    report.error(from.words[0], fmt::format("'{}' needs a number", from.name()));
    return std::nullopt;
  }
  const Word& word = from.words[index];
  const auto value = parse_int(word.text);
  if (value && *value >= min && *value <= max) return value;
  report.error(word, fmt::format("'{}' is a number from {} to {}, not {}", from.name(), min, max,
                                 quoted(word.text)));
  return std::nullopt;
}

std::optional<int64_t> milliseconds_of(std::string_view text) {
  constexpr uint64_t kMost = 1'000'000;  // seconds; keepalived has no longer time
  const size_t dot = text.find('.');
  const auto whole = dot == 0 ? std::optional<uint64_t>(0) : parse_uint(text.substr(0, dot));
  if (!whole || *whole > kMost) return std::nullopt;
  int64_t fraction = 0;
  if (dot != text.npos) {
    const std::string_view digits = text.substr(dot + 1);
    if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
    std::string thousandths(digits.substr(0, 3));
    thousandths.resize(3, '0');
    fraction = *parse_int(thousandths);
  }
  return static_cast<int64_t>(*whole) * 1000 + fraction;
}

std::string time_text(int64_t milliseconds) {
  if (milliseconds % 1000 == 0) return fmt::format("{}s", milliseconds / 1000);
  return fmt::format("{}ms", milliseconds);
}

std::optional<std::string> take_seconds(Report& report, const Statement& from, size_t index) {
  if (index < from.words.size()) {
    if (const auto value = milliseconds_of(from.words[index].text)) return time_text(*value);
  }
  const Word& word = from.words[std::min(index, from.words.size() - 1)];
  report.error(word, fmt::format("'{}' needs a number of seconds", from.name()));
  return std::nullopt;
}

bool is_on(const Statement& from) {
  const std::string_view value = from.argument();
  return value.empty() || value == "on" || value == "yes" || value == "true";
}

}  // namespace hawser::keepalived
