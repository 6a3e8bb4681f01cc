// SPDX-License-Identifier: MIT
#include "config/parser.h"

#include <fmt/format.h>

#include "base/text.h"
#include "config/conditional.h"
#include "config/draft.h"
#include "config/keyword_table.h"
#include "config/lexer.h"
#include "config/refusal.h"
#include "config/sections.h"
#include "config/source.h"

namespace hawser {
namespace {

// From the lines of all files to a Draft.
class Parser {
 public:
  Parser(Draft& draft, Diag& diag, bool show_diag)
      : draft_(draft),
        diag_(diag),
        lexer_(draft.environment, diag),
        conditionals_(draft.environment, diag, show_diag),
        sections_(draft, diag) {}

  void read(uint16_t file, std::string_view text) {
    SourcePos pos{0, file, 0};
    size_t begin = 0;
    // What follows a NUL byte is no text: its line is refused, and that says it.
    const size_t nul = text.find('\0');
    while (begin < text.size() && begin <= nul) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      ++pos.line;
      std::string_view line = text.substr(begin, end - begin);
      if (line.ends_with('\r')) line.remove_suffix(1);
      read_line(line, pos);
      begin = end + 1;
    }
    const size_t errors = diag_.errors();
    conditionals_.end_file();
    if (diag_.errors() != errors) {  // an open block may have switched off what was not meant
      sections_.mark_incomplete();
      draft_.config->refused.unnamed = true;
    }
    sections_.end();
    lexer_.set_section({});
  }

 private:
  void read_line(std::string_view line, SourcePos pos) {
    // What a condition has switched off may hold anything but further conditions.
    const size_t first = skip_separators(line, 0);
    if (!conditionals_.active() && !line.substr(first).starts_with('.')) return;
    const size_t errors = diag_.errors();
    if (const auto words = lexer_.cut(line, pos)) {
      if (!words->empty()) read_words(*words);
    } else {
      skip_uncut(line.substr(first));
    }
    if (diag_.errors() != errors) sections_.mark_incomplete();
  }

  void read_words(std::span<const Word> words) {
    if (words[0].text.starts_with('.')) return conditionals_.directive(words);
    if (sections_.begin(words)) {
      column_ = 0;
      return lexer_.set_section(sections_.label());
    }
    if (sections_.skipping()) return;
    if (sections_.is_open()) return read_keyword(words);
    refuse_outside(words[0]);
    sections_.refuse(words);
  }

  // A line that could not be cut into words, which has been said, may begin a section or a block.
  void skip_uncut(std::string_view line) {
    if (line.starts_with('.')) return conditionals_.mark_unread();
    const size_t begin = std::min(line.find_first_not_of("\"'"), line.size());
    const size_t end = line.find_first_of(" \t\"'", begin);
    const Word first{line.substr(begin, end - begin), {}, 0};
    if (!Sections::is_name(first.text)) return;
    sections_.refuse({&first, 1});
    draft_.config->refused.unnamed = true;
  }

  // What other languages begin a file with has another hint than what is mistyped.
  void refuse_outside(const Word& word) {
    Diagnostic& outside =
        diag_.error(word.pos, quoted(word.text) + " stands outside of any section", word.width);
    if (word.text.starts_with("//") || word.text.starts_with("/*") || word.text.starts_with(';')) {
      outside.with_hint("a comment begins with '#'");
    } else if (word.text == "include") {
      outside.with_hint("give every file with an -f of its own, or their directory");
    } else {
      outside.hint_nearest(word.text, known_sections());
    }
  }

  void read_keyword(std::span<const Word> words) {
    std::span<const Word> rest = words;
    const bool prefixed = words.size() > 1 && (words[0].text == "no" || words[0].text == "default");
    if (prefixed) rest = words.subspan(1);
    const Section section = sections_.section();
    const auto match = KeywordTable::instance().find(rest);
    const Keyword* row = match.in(section);
    if (row == nullptr) {
      const bool outdented = words[0].pos.column == 1 && column_ > 1;
      if (refuse_keyword(rest, match, section, outdented, diag_)) {
        sections_.mark_incomplete();  // it may have been a line of it after all
        sections_.refuse(words);
      }
      return;
    }
    column_ = words[0].pos.column;
    if (prefixed && !may_negate(words[0], *row)) return;
    KeywordCall call(rest, match.words, diag_, draft_, section, sections_.proxy(), prefixed);
    call.set_usage(row->name, row->args);
    if (row->parse(call) && call.more()) refuse_rest(call, *row);
  }

  // `default option X` gives back the built-in value, which is "off" for every option: the same as
  // `no option X`.
  bool may_negate(const Word& prefix, const Keyword& row) {
    const bool good = row.negatable && (prefix.text == "no" || row.name.starts_with("option "));
    if (!good) {
      diag_.error(prefix.pos, fmt::format("'{}' cannot stand before '{}'", prefix.text, row.name),
                  prefix.width);
    }
    return good;
  }

  Draft& draft_;
  Diag& diag_;
  Lexer lexer_;
  Conditionals conditionals_;
  Sections sections_;
  uint16_t column_ = 0;  // where the section's last keyword stands
};

}  // namespace

std::unique_ptr<Config> read_config(const ConfigSources& sources, Diag& diag,
                                    std::vector<std::string>& keep) {
  const auto files = list_files(sources.paths, diag);
  Draft draft;
  draft.environment = Environment::of_process();
  for (const auto& [name, value] : sources.variables) draft.environment.set(name, value);
  draft.environment.set("HAPROXY_CFGFILES", fmt::format("{}", fmt::join(files, ";")));
  draft.builtin.maxconn = sources.proxy_maxconn;
  Parser parser(draft, diag, sources.show_diag);
  // The texts must not move: words and the Diag refer to them.
  keep.clear();
  keep.reserve(files.size());
  for (const std::string& file : files) {
    auto text = read_file(file);
    if (!text) {
      diag.error({0, diag.add_file(file, {}), 0}, text.error().text);
      continue;
    }
    keep.push_back(std::move(*text));
    parser.read(diag.add_file(file, keep.back()), keep.back());
  }
  GlobalConfig& global = draft.config->global;
  if (!sources.localpeer.empty()) global.localpeer = sources.localpeer;
  if (!sources.splice) global.splice = false;
  if (!sources.reuseport) global.reuseport = false;
  return resolve(std::move(draft), diag);
}

std::unique_ptr<const Config> parse_config(std::string_view name, std::string_view text,
                                           Diag& diag) {
  Draft draft;
  draft.environment = Environment::of_process();
  Parser parser(draft, diag, true);
  parser.read(diag.add_file(std::string(name), text), text);
  return resolve(std::move(draft), diag);
}

}  // namespace hawser
