// SPDX-License-Identifier: MIT
// The lines that begin a section.
#pragma once

#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "config/draft.h"

namespace hawser {

class Sections {
 public:
  Sections(Draft& draft, Diag& diag) : draft_(draft), diag_(diag) {}

  // Begins a section when the first word is the name of one; false: it is not. A line that is wrong
  // in some way is reported and begins its section all the same, so that the lines in it are read.
  bool begin(std::span<const Word> words);

  // Ends the section, as the end of a file does.
  void end();

  // Whether lines are read: inside a section.
  bool open() const { return open_; }
  // In a section that was refused: its lines are passed over in silence.
  bool skipping() const { return skipping_; }
  void skip() { skipping_ = true; }
  Section section() const { return section_; }
  ProxyConfig* proxy() const { return proxy_; }  // nullptr: not a proxy's section
  // What .SECTION stands for.
  const std::string& label() const { return label_; }

 private:
  void begin_global(std::span<const Word> words);
  void begin_defaults(std::span<const Word> words);
  void begin_proxy(std::span<const Word> words, ProxyKind kind);
  void begin_http_errors(std::span<const Word> words);
  void begin_bind(std::span<const Word> words);
  const Word* take_name(std::span<const Word> words);
  // Cuts "from NAME" off the end and finds the defaults to start from (nullptr: the built-in ones).
  const ProxyConfig* take_from(std::span<const Word>& words);
  void note_use(const ProxyConfig* defaults, const Word& word, bool named);
  void check_duplicate(const ProxyConfig& proxy, const Word& name);
  Diagnostic& error(const Word& word, std::string text);

  struct Use {
    SourcePos named, implied;  // line 0: never
  };

  Draft& draft_;
  Diag& diag_;
  Section section_ = kInGlobal;
  bool open_ = false;
  bool skipping_ = false;
  ProxyConfig* proxy_ = nullptr;
  std::string label_;
  std::unordered_map<std::string, const ProxyConfig*> frontends_, backends_;
  std::unordered_map<std::string, SourcePos> http_errors_;
  std::unordered_set<std::string> ambiguous_defaults_;
  std::unordered_map<const ProxyConfig*, Use> uses_;
};

}  // namespace hawser
