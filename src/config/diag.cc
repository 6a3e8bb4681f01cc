// SPDX-License-Identifier: MIT
#include "config/diag.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>

#include "base/assert.h"
#include "config/nearest.h"

namespace hawser {
namespace {

// Longer lines are quoted around the column that is meant.
constexpr size_t kQuoteWidth = 120;
constexpr size_t kQuoteLead = 60;

// As many names as a hint lists where none is near.
constexpr size_t kMostListed = 16;

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::kNotice:
      return "notice";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      return "error";
  }
  HW_UNREACHABLE();
}

bool continues_utf8(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Walks through a file's lines, forwards only, so that quoting many of them costs one pass.
class LineCursor {
 public:
  std::string_view at(uint16_t file, std::string_view text, uint32_t number) {
    if (file != file_ || number < line_) {
      file_ = file;
      line_ = 1;
      begin_ = 0;
    }
    for (; line_ < number; ++line_) {
      const size_t end = text.find('\n', begin_);
      if (end == text.npos) return {};
      begin_ = end + 1;
    }
    std::string_view line = text.substr(begin_, text.find('\n', begin_) - begin_);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }

 private:
  uint16_t file_ = 0;
  uint32_t line_ = 1;
  size_t begin_ = 0;
};

// What may stand on a terminal: control characters become '?', tabs stay.
void append_printable(std::string& out, std::string_view text) {
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    out += control && c != '\t' ? '?' : c;
  }
}

//      41 |     use_backend api if { req.hdr(host),uper -m beg API. }
//         |                                        ^~~~
void append_quote(std::string& out, std::string_view line, const Diagnostic& diagnostic) {
  if (diagnostic.pos.column == 0) return;
  size_t at = std::min<size_t>(diagnostic.pos.column - 1u, line.size());
  bool cut_left = false;
  if (line.size() > kQuoteWidth && at > kQuoteLead) {
    size_t drop = at - kQuoteLead;
    while (drop < at && continues_utf8(line[drop])) ++drop;
    line.remove_prefix(drop);
    at -= drop;
    cut_left = true;
  }
  const bool cut_right = line.size() > kQuoteWidth;
  if (cut_right) {
    size_t keep = kQuoteWidth;
    while (keep > at && continues_utf8(line[keep])) --keep;
    line = line.substr(0, keep);
  }
  fmt::format_to(std::back_inserter(out), "{:5} | {}", diagnostic.pos.line, cut_left ? "..." : "");
  append_printable(out, line);
  out += cut_right ? "...\n" : "\n";
  out += cut_left ? "      |    " : "      | ";
  for (const char c : line.substr(0, at)) {
    if (!continues_utf8(c)) out += c == '\t' ? '\t' : ' ';
  }
  out += '^';
  const std::string_view marked = line.substr(at, std::max<size_t>(diagnostic.width, 1));
  const auto cells =
      std::count_if(marked.begin(), marked.end(), [](char c) { return !continues_utf8(c); });
  if (cells > 1) out.append(static_cast<size_t>(cells - 1), '~');
  out += '\n';
}

std::string count(size_t n, std::string_view what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

}  // namespace

Diagnostic& Diagnostic::hint_nearest(std::string_view word,
                                     std::span<const std::string_view> candidates) {
  const std::string_view found = nearest(word, candidates);
  if (!found.empty()) {
    hint = fmt::format("did you mean '{}'?", found);
  } else if (!candidates.empty() && candidates.size() <= kMostListed) {
    hint = fmt::format("one of: {}", fmt::join(candidates, ", "));
  }
  return *this;
}

Diagnostic& Diagnostic::with_hint(std::string sentence) {
  hint = std::move(sentence);
  return *this;
}

bool Diag::ByContent::operator()(const Diagnostic* a, const Diagnostic* b) const {
  return std::tie(a->severity, a->pos.file, a->pos.line, a->pos.column, a->text) <
         std::tie(b->severity, b->pos.file, b->pos.line, b->pos.column, b->text);
}

Diagnostic& Diag::error(SourcePos pos, std::string text, size_t width) {
  return add(Severity::kError, pos, std::move(text), width);
}

Diagnostic& Diag::warning(SourcePos pos, std::string text, size_t width) {
  return add(Severity::kWarning, pos, std::move(text), width);
}

Diagnostic& Diag::notice(SourcePos pos, std::string text, size_t width) {
  return add(Severity::kNotice, pos, std::move(text), width);
}

Diagnostic& Diag::add(Severity severity, SourcePos pos, std::string text, size_t width) {
  const auto underlined = static_cast<uint16_t>(std::min<size_t>(width, UINT16_MAX));
  list_.push_back({severity, pos, underlined, std::move(text), {}});
  Diagnostic& added = list_.back();
  if (const auto [known, fresh] = said_.insert(&added); !fresh) {
    list_.pop_back();
    return **known;
  }
  errors_ += severity == Severity::kError ? 1 : 0;
  warnings_ += severity == Severity::kWarning ? 1 : 0;
  return added;
}

uint16_t Diag::add_file(std::string name, std::string_view text) {
  HW_ASSERT(files_.size() < UINT16_MAX);
  files_.push_back({std::move(name), text});
  return static_cast<uint16_t>(files_.size() - 1);
}

std::string Diag::place(SourcePos pos) const {
  return fmt::format("{}:{}", files_[pos.file].name, pos.line);
}

std::string Diag::render() const {
  std::vector<const Diagnostic*> sorted;
  for (const Diagnostic& diagnostic : list_) sorted.push_back(&diagnostic);
  std::stable_sort(sorted.begin(), sorted.end(), [](const Diagnostic* a, const Diagnostic* b) {
    return std::tie(a->pos.file, a->pos.line, a->pos.column) <
           std::tie(b->pos.file, b->pos.line, b->pos.column);
  });
  std::string out;
  LineCursor lines;
  for (const Diagnostic* diagnostic : sorted) {
    const SourcePos pos = diagnostic->pos;
    if (pos.line != 0) {
      out += place(pos);
      if (pos.column != 0) fmt::format_to(std::back_inserter(out), ":{}", pos.column);
      out += ": ";
    } else if (pos.file < files_.size()) {
      out += files_[pos.file].name + ": ";
    }
    fmt::format_to(std::back_inserter(out), "{}: ", severity_name(diagnostic->severity));
    append_printable(out, diagnostic->text);
    out += '\n';
    if (pos.line != 0) {
      append_quote(out, lines.at(pos.file, files_[pos.file].text, pos.line), *diagnostic);
    }
    if (!diagnostic->hint.empty()) {
      out += "   hint: ";
      append_printable(out, diagnostic->hint);
      out += '\n';
    }
  }
  return out;
}

std::string Diag::summary() const {
  if (errors_ == 0 && warnings_ == 0) return {};
  if (errors_ == 0) return count(warnings_, "warning") + "\n";
  const std::string warned = warnings_ == 0 ? "" : ", " + count(warnings_, "warning");
  return count(errors_, "error") + warned + "; nothing was changed\n";
}

}  // namespace hawser
