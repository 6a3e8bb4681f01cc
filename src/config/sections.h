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
  static bool is_name(std::string_view word);

  // Ends the section, as the end of a file does.
  void end();

  // Whether lines are read: inside a section.
  bool is_open() const { return open_; }
  // Ends the section for one that was refused: its lines are passed over in silence, and nothing is
  // said of what they may have held. `words`: its first line, as far as it could be read.
  void refuse(std::span<const Word> words);
  bool skipping() const { return skipping_; }
  // Takes note that a line of the section was refused.
  void mark_incomplete();
  Section section() const { return section_; }
  ProxyConfig* proxy() const { return proxy_; }  // nullptr: not a proxy's section
  // What .SECTION stands for.
  const std::string& label() const { return label_; }

 private:
  using Names = std::unordered_map<std::string, SourcePos>;  // and where they were first given
  struct Begin {
    std::string_view name;
    void (Sections::*begin)(std::span<const Word> words);
  };

  static std::span<const Begin> begins();
  void open(Section section);
  void begin_global(std::span<const Word> words);
  void begin_defaults(std::span<const Word> words);
  template <ProxyKind kKind>
  void begin_proxy(std::span<const Word> words);
  void begin_http_errors(std::span<const Word> words);
  void begin_vrrp_defaults(std::span<const Word> words);
  void begin_vrrp(std::span<const Word> words);
  void begin_vrrp_group(std::span<const Word> words);
  void begin_vrrp_script(std::span<const Word> words);
  void begin_mailers(std::span<const Word> words);
  void begin_bind(std::span<const Word> words);
  // The name of a section that is nothing but its kind and its name.
  std::string take_only_name(std::span<const Word> words, Names& taken);
  const Word* take_name(std::span<const Word> words);
  // Cuts "from NAME" off the end and finds the defaults to start from (nullptr: the built-in ones).
  const ProxyConfig* take_from(std::span<const Word>& words);
  void note_use(const ProxyConfig* defaults, const Word& word, bool named);
  void check_duplicate(const ProxyConfig& proxy, const Word& name);
  // Reports what follows the name of a section.
  void refuse_extra(std::span<const Word> words, const Word& extra);
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
  Names http_errors_, vrrps_, vrrp_groups_, vrrp_scripts_, mailers_;
  std::unordered_set<std::string> ambiguous_defaults_;
  std::unordered_map<const ProxyConfig*, Use> uses_;
};

}  // namespace hawser
