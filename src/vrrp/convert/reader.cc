// SPDX-License-Identifier: MIT
#include "vrrp/convert/reader.h"

#include <fmt/format.h>
#include <glob.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/text.h"
#include "config/source.h"

namespace hawser::keepalived {
namespace {

constexpr int kMostIncludes = 16;
constexpr size_t kDeepest = 32;  // blocks in blocks

// What stands in no block of another one.
constexpr std::string_view kTopLevel[] = {
    "global_defs",    "vrrp_instance",    "vrrp_script",         "vrrp_sync_group",
    "virtual_server", "static_ipaddress", "vrrp_track_process",  "static_rules",
    "static_routes",  "bfd_instance",     "virtual_server_group"};

// A no-break space (U+00A0) or byte order mark (U+FEFF), as web pages and editors leave them, in as
// many blanks as it has bytes. false: there was none.
bool replace_odd_blanks(std::string& line) {
  bool found = false;
  for (const std::string_view odd : {"\xC2\xA0", "\xEF\xBB\xBF"}) {
    for (size_t at = line.find(odd); at != line.npos; at = line.find(odd, at + odd.size())) {
      line.replace(at, odd.size(), odd.size(), ' ');
      found = true;
    }
  }
  return found;
}

bool is_top_level(std::string_view name) {
  return std::find(std::begin(kTopLevel), std::end(kTopLevel), name) != std::end(kTopLevel);
}

}  // namespace

Result<std::vector<Included>> include_from_disk(const std::string& pattern,
                                                const std::string& from) {
  std::string full = pattern;
  const size_t slash = from.rfind('/');
  if (!pattern.starts_with('/') && slash != from.npos) full = from.substr(0, slash + 1) + pattern;
  glob_t found{};
  const int failed = glob(full.c_str(), 0, nullptr, &found);
  std::vector<Included> out;
  std::string unreadable;
  for (size_t i = 0; failed == 0 && i < found.gl_pathc; ++i) {
    const std::string path = found.gl_pathv[i];
    struct stat status;
    if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) continue;
    auto text = hawser::read_file(path);
    if (!text) {
      unreadable = fmt::format("'{}': {}", path, text.error().text);
      break;
    }
    out.push_back({path, std::move(*text)});
  }
  globfree(&found);
  if (!unreadable.empty()) return Error{unreadable};
  return out;
}

std::vector<Statement> Reader::read(std::string path, std::string text) {
  read_file(std::move(path), std::move(text), 0);
  finish_statement();
  while (!open_.empty()) {
    close_forgotten("the end of the file");
  }
  return std::move(root_);
}

std::string_view Reader::line(uint16_t file, uint32_t number) const {
  const Text& source = texts_[file];
  const size_t begin = source.lines[number - 1];
  std::string_view text = std::string_view(source.text).substr(begin);
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

void Reader::read_file(std::string path, std::string text, int depth) {
  Text& source = texts_.emplace_back(Text{std::move(path), std::move(text), {}});
  SourcePos pos{0, diag_.add_file(source.path, source.text), 0};
  const std::string_view all = source.text;
  for (size_t begin = 0; begin < all.size();) {
    const size_t end = std::min(all.find('\n', begin), all.size());
    source.lines.push_back(begin);
    ++pos.line;
    read_line(all.substr(begin, end - begin), pos, source.path, depth);
    begin = end + 1;
  }
}

void Reader::read_line(std::string_view original, SourcePos pos, const std::string& path,
                       int depth) {
  std::string copy(original);
  if (replace_odd_blanks(copy) && warned_file_ != pos.file) {
    warned_file_ = pos.file;
    diag_
        .warning(pos,
                 "here and maybe further on, blanks are no-break spaces (U+00A0) or the like, "
                 "which keepalived takes for parts of words")
        .with_hint("taken for blanks");
  }
  const std::string_view written = copy;
  std::string_view line = written;
  if (!is_for_us(line)) {
    skipped_.push_back(pos);
    return;
  }
  if (const auto macro = macro_definition(line)) {
    macros_[macro->first] = macro->second;
    return;
  }
  const size_t taken = static_cast<size_t>(line.data() - written.data());
  const std::string expanded = expand_macros(line, macros_);
  auto tokens = cut_line(expanded, pos, diag_);
  if (!tokens || tokens->empty()) return;
  // Columns are those of the line as written, as long as that is what was cut.
  for (Token& token : *tokens) {
    if (expanded != line) {
      token.word.pos.column = 0;
    } else {
      token.word.pos.column =
          static_cast<uint16_t>(std::min<size_t>(token.word.pos.column + taken, UINT16_MAX));
    }
  }
  const std::string& first = tokens->front().word.text;
  if (first.starts_with("include") && first.size() <= std::string_view("includea").size() &&
      tokens->size() == 2) {
    finish_statement();
    Statement statement;
    for (Token& token : *tokens) statement.words.push_back(std::move(token.word));
    return include(statement, path, depth);
  }
  add_tokens(std::move(*tokens));
}

bool Reader::is_for_us(std::string_view& line) const {
  const std::string_view text = trim(line);
  if (!text.starts_with('@')) return true;
  const size_t end = text.find_first_of(" \t");
  std::string_view name = text.substr(1, end == text.npos ? end : end - 1);
  const bool negated = name.starts_with('^');
  if (negated) name.remove_prefix(1);
  line = text.substr(std::min(end, text.size()));
  return (name == id_) != negated;
}

void Reader::include(const Statement& statement, const std::string& path, int depth) {
  const Word& pattern = statement.words[1];
  if (depth == kMostIncludes) {
    diag_.error(pattern.pos, "files include each other without end", pattern.width);
    return;
  }
  auto files = include_(pattern.text, path);
  if (!files) {
    diag_.error(pattern.pos, files.error().text, pattern.width);
    return;
  }
  if (files->empty()) {
    diag_.warning(pattern.pos, fmt::format("no file matches {}", quoted(pattern.text)),
                  pattern.width);
  }
  for (Included& file : *files) {
    read_file(std::move(file.path), std::move(file.text), depth + 1);
  }
}

// A block may begin on its statement's line or on the next one.
void Reader::add_tokens(std::vector<Token> tokens) {
  for (Token& token : tokens) {
    switch (token.kind) {
      case Token::Kind::kOpen:
        open_block(token.word);
        break;
      case Token::Kind::kClose:
        close_block(token.word);
        break;
      case Token::Kind::kWord:
        after_line_ = false;
        pending_.words.push_back(std::move(token.word));
        break;
    }
  }
  finish_statement();
}

void Reader::finish_statement() {
  if (pending_.words.empty()) return;
  close_before(pending_);
  pending_.last_line = pending_.words[0].pos.line;
  current().push_back(std::move(pending_));
  pending_ = {};
  after_line_ = true;
}

void Reader::open_block(const Word& brace) {
  finish_statement();
  if (!after_line_ || current().empty() || current().back().has_block) {
    diag_.error(brace.pos, "'{' opens a block of nothing", brace.width)
        .with_hint("a block has its name before it, as in 'vrrp_instance VI_1 {'");
    after_line_ = false;
    return;
  }
  if (open_.size() == kDeepest) {
    diag_.error(brace.pos, fmt::format("more than {} blocks in each other", kDeepest));
    return;
  }
  Statement statement = std::move(current().back());
  current().pop_back();
  statement.has_block = true;
  open_.push_back(std::move(statement));
  after_line_ = false;
}

void Reader::close_block(const Word& brace) {
  finish_statement();
  after_line_ = false;
  if (open_.empty()) {
    diag_.error(brace.pos, "'}' closes no block", brace.width)
        .with_hint("a '{' is missing before this line, or this one is too much");
    return;
  }
  Statement closed = std::move(open_.back());
  open_.pop_back();
  closed.last_line = brace.pos.line;
  current().push_back(std::move(closed));
}

void Reader::close_before(const Statement& statement) {
  const std::string& name = statement.name();
  size_t keep = open_.size();
  if (is_top_level(name)) {
    keep = 0;
  } else if (name == "real_server") {
    while (keep > 0 && open_[keep - 1].name() != "virtual_server") --keep;
    if (keep == 0) return;  // a `real_server` somewhere else is not ours to put right
  }
  while (open_.size() > keep) close_forgotten(quoted(statement.rest(0)));
}

void Reader::close_forgotten(std::string_view before) {
  Statement closed = std::move(open_.back());
  open_.pop_back();
  const Word& name = closed.words[0];
  diag_
      .warning(name.pos,
               fmt::format("the '}}' of '{}' is missing before {}", closed.rest(0), before),
               name.width)
      .with_hint("keepalived reads what follows as part of this block");
  closed.last_line = closed.block.empty() ? name.pos.line : closed.block.back().last_line;
  current().push_back(std::move(closed));
}

}  // namespace hawser::keepalived
