// SPDX-License-Identifier: MIT
#include "config/sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "config/instead.h"
#include "config/keyword_table.h"
#include "config/nearest.h"
#include "config/refusal.h"
#include "config/unbuilt.h"

namespace hawser {
namespace {

bool is_name_char(char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.' || c == ':'; }

Section section_of(ProxyKind kind) {
  switch (kind) {
    case ProxyKind::kDefaults:
      return kInDefaults;
    case ProxyKind::kFrontend:
      return kInFrontend;
    case ProxyKind::kBackend:
      return kInBackend;
    case ProxyKind::kListen:
      return kInListen;
  }
  HW_UNREACHABLE();
}

}  // namespace

std::span<const Sections::Begin> Sections::begins() {
  static constexpr Begin kBegins[] = {
      {"global", &Sections::begin_global},
      {"defaults", &Sections::begin_defaults},
      {"frontend", &Sections::begin_proxy<ProxyKind::kFrontend>},
      {"backend", &Sections::begin_proxy<ProxyKind::kBackend>},
      {"listen", &Sections::begin_proxy<ProxyKind::kListen>},
      {"http-errors", &Sections::begin_http_errors},
      {"vrrp-defaults", &Sections::begin_vrrp_defaults},
      {"vrrp", &Sections::begin_vrrp},
      {"vrrp-group", &Sections::begin_vrrp_group},
      {"vrrp-script", &Sections::begin_vrrp_script},
      {"mailers", &Sections::begin_mailers},
  };
  return kBegins;
}

bool Sections::is_name(std::string_view word) {
  return std::any_of(begins().begin(), begins().end(),
                     [&](const Begin& row) { return row.name == word; });
}

bool Sections::begin(std::span<const Word> words) {
  const std::string_view name = words[0].text;
  for (const Begin& row : begins()) {
    if (row.name != name) continue;
    (this->*row.begin)(words);
    return true;
  }
  if (!is_unbuilt(Vocabulary::kSection, name)) return false;
  end();
  skipping_ = true;
  error(words[0], fmt::format("section '{}' is known in HAProxy but not built yet", name))
      .with_hint(std::string(instead_of(Vocabulary::kSection, name)));
  return true;
}

void Sections::end() {
  open_ = false;
  skipping_ = false;
  proxy_ = nullptr;
  draft_.http_errors = nullptr;
  draft_.vrrp = nullptr;
  draft_.vrrp_group = nullptr;
  draft_.vrrp_script = nullptr;
  draft_.mailers = nullptr;
  label_.clear();
}

void Sections::refuse(std::span<const Word> words) {
  end();
  skipping_ = true;
  // Which kind was meant decides what may be missing elsewhere; what is no known kind may be any.
  const std::string_view meant = nearest(words[0].text, known_sections());
  if (meant.empty() || meant == "global") draft_.config->global.incomplete = true;
  if (meant.empty() || meant == "defaults") {
    ProxyConfig* defaults = draft_.current_defaults;
    (defaults != nullptr ? *defaults : draft_.builtin).incomplete = true;
  }
  if (meant.empty() || meant == "vrrp-defaults") draft_.vrrp_defaults.incomplete = true;
  // With two words the second is its name; a word alone may be the name of a section without a
  // kind.
  draft_.config->refused.names.emplace(words[words.size() > 1 ? 1 : 0].text);
}

void Sections::mark_incomplete() {
  if (!open_) return;
  if (section_ == kInGlobal) draft_.config->global.incomplete = true;
  if (proxy_ != nullptr) proxy_->incomplete = true;
  const auto mark = [](auto* section) {
    if (section != nullptr) section->incomplete = true;
  };
  mark(draft_.http_errors);
  mark(draft_.vrrp);
  mark(draft_.vrrp_group);
  mark(draft_.vrrp_script);
  mark(draft_.mailers);
}

void Sections::open(Section section) {
  end();
  open_ = true;
  section_ = section;
}

void Sections::begin_global(std::span<const Word> words) {
  open(kInGlobal);
  label_ = "global";
  if (words.size() > 1) {
    error(words[1], "unexpected " + quoted(words[1].text) + " after 'global'")
        .with_hint("it has no name, and its keywords stand on the lines below");
  }
}

void Sections::begin_defaults(std::span<const Word> words) {
  open(kInDefaults);
  const Word* name = nullptr;
  const ProxyConfig* from = nullptr;
  if (words.size() > 2) from = take_from(words);
  if (words.size() > 1) name = &words[1];
  if (words.size() > 2) refuse_extra(words, words[2]);

  ProxyConfig& proxy = draft_.defaults.emplace_back(from != nullptr ? *from : ProxyConfig{});
  proxy.kind = ProxyKind::kDefaults;
  proxy.pos = words[0].pos;
  proxy.name = name != nullptr ? name->text : "";
  proxy_ = &proxy;
  draft_.current_defaults = &proxy;
  label_ = proxy.name.empty() ? "defaults" : proxy.name;
  // Names may repeat as long as nobody refers to them.
  if (name != nullptr && !draft_.named_defaults.insert_or_assign(proxy.name, &proxy).second) {
    ambiguous_defaults_.insert(proxy.name);
  }
}

template <ProxyKind kKind>
void Sections::begin_proxy(std::span<const Word> words) {
  open(section_of(kKind));
  const Word& keyword = words[0];
  const Word* name = take_name(words);
  const ProxyConfig* from = take_from(words);

  auto made = std::make_unique<ProxyConfig>(from != nullptr ? *from : draft_.builtin);
  ProxyConfig& proxy = *made;
  proxy.kind = kKind;
  proxy.pos = keyword.pos;
  proxy.name = name != nullptr ? name->text : "";
  proxy.index = static_cast<uint32_t>(draft_.config->proxies.size());
  proxy_ = &proxy;
  label_ = proxy.name;
  if (name != nullptr) check_duplicate(proxy, *name);
  draft_.config->proxies.push_back(std::move(made));
  if (words.size() > 2) begin_bind(words);
}

// `listen NAME ADDRESS…` is `bind ADDRESS…` as the section's first line.
void Sections::begin_bind(std::span<const Word> words) {
  const Keyword* bind = nullptr;
  for (const Keyword* row : Registry<Keyword>::all_of("bind")) {
    if ((row->sections & section_) != 0) bind = row;
  }
  const std::string_view address = words[2].text;
  const bool is_address = address.find_first_of(":/@") != address.npos;
  if (bind == nullptr || !is_address) {
    return refuse_extra(words, words[2]);
  }
  KeywordCall call(words, 2, diag_, draft_, section_, proxy_, false);
  bind->parse(call);
}

void Sections::begin_http_errors(std::span<const Word> words) {
  open(kInHttpErrors);
  auto made = std::make_unique<HttpErrorsConfig>();
  made->pos = words[0].pos;
  made->name = take_only_name(words, http_errors_);
  draft_.http_errors = made.get();
  draft_.config->http_errors.push_back(std::move(made));
}

void Sections::begin_vrrp_defaults(std::span<const Word> words) {
  open(kInVrrpDefaults);
  label_ = "vrrp-defaults";
  if (words.size() > 1) {
    error(words[1], "unexpected " + quoted(words[1].text) + " after 'vrrp-defaults'")
        .with_hint("it has no name: it holds for the vrrp sections up to the next vrrp-defaults");
  }
  draft_.vrrp_defaults = VrrpConfig{};
  draft_.vrrp_defaults.pos = words[0].pos;
  draft_.vrrp = &draft_.vrrp_defaults;
}

void Sections::begin_vrrp(std::span<const Word> words) {
  open(kInVrrp);
  auto made = std::make_unique<VrrpConfig>(draft_.vrrp_defaults);
  made->pos = words[0].pos;
  made->name = take_only_name(words, vrrps_);
  draft_.vrrp = made.get();
  draft_.config->vrrps.push_back(std::move(made));
}

// A group runs its hooks as the instances do; what it tracks and tells is its own.
void Sections::begin_vrrp_group(std::span<const Word> words) {
  open(kInVrrpGroup);
  auto made = std::make_unique<VrrpGroupConfig>();
  made->pos = words[0].pos;
  made->name = take_only_name(words, vrrp_groups_);
  made->notify.user = draft_.vrrp_defaults.notify.user;
  made->notify.timeout = draft_.vrrp_defaults.notify.timeout;
  draft_.vrrp_group = made.get();
  draft_.config->vrrp_groups.push_back(std::move(made));
}

void Sections::begin_vrrp_script(std::span<const Word> words) {
  open(kInVrrpScript);
  auto made = std::make_unique<VrrpScriptConfig>();
  made->pos = words[0].pos;
  made->name = take_only_name(words, vrrp_scripts_);
  draft_.vrrp_script = made.get();
  draft_.config->vrrp_scripts.push_back(std::move(made));
}

void Sections::begin_mailers(std::span<const Word> words) {
  open(kInMailers);
  auto made = std::make_unique<MailersConfig>();
  made->pos = words[0].pos;
  made->name = take_only_name(words, mailers_);
  draft_.mailers = made.get();
  draft_.config->mailers.push_back(std::move(made));
}

std::string Sections::take_only_name(std::span<const Word> words, Names& taken) {
  const Word* name = take_name(words);
  if (words.size() > 2) refuse_extra(words, words[2]);
  if (name == nullptr) return {};
  label_ = name->text;
  const auto [known, fresh] = taken.try_emplace(label_, words[0].pos);
  if (!fresh) {
    error(*name, fmt::format("{} section {} is already defined", words[0].text, quoted(label_)))
        .with_hint("first defined at " + diag_.place(known->second));
  }
  return label_;
}

const Word* Sections::take_name(std::span<const Word> words) {
  if (words.size() == 1) {
    error(words[0], fmt::format("missing <name> after '{}'", words[0].text));
    draft_.config->refused.unnamed = true;
    return nullptr;
  }
  const Word& name = words[1];
  const auto bad = std::find_if_not(name.text.begin(), name.text.end(), is_name_char);
  if (bad != name.text.end() || name.text.empty()) {
    error(name, fmt::format("{} is not a valid name for a {}", quoted(name.text), words[0].text))
        .with_hint("a name has letters, digits, '-', '_', '.' and ':' only");
    draft_.config->refused.unnamed = true;
  }
  return &name;
}

const ProxyConfig* Sections::take_from(std::span<const Word>& words) {
  const size_t n = words.size();
  const auto from = std::find_if(words.begin() + static_cast<ptrdiff_t>(std::min<size_t>(n, 1)),
                                 words.end(), [](const Word& word) { return word.text == "from"; });
  if (from == words.end()) {
    const bool inherits = words[0].text != "defaults";
    if (inherits) note_use(draft_.current_defaults, words[0], false);
    return inherits ? draft_.current_defaults : nullptr;
  }
  const std::span<const Word> clause(from, words.end());
  words = words.first(n - clause.size());
  if (clause.size() == 1) {
    error(clause[0], "missing <name> after 'from'");
    return draft_.current_defaults;
  }
  if (clause.size() > 2) error(clause[2], "unexpected " + quoted(clause[2].text));
  const std::string name(clause[1].text);
  const auto found = draft_.named_defaults.find(name);
  if (found == draft_.named_defaults.end()) {
    std::vector<std::string_view> names;
    for (const auto& [known, proxy] : draft_.named_defaults) names.push_back(known);
    error(clause[1], fmt::format("there is no defaults section {} before this line", quoted(name)))
        .hint_nearest(name, names);
    return draft_.current_defaults;
  }
  if (ambiguous_defaults_.contains(name)) {
    error(clause[1], fmt::format("defaults section {} is defined more than once", quoted(name)))
        .with_hint("last defined at " + diag_.place(found->second->pos));
  }
  note_use(found->second, clause[1], true);
  return found->second;
}

// HAProxy warns of sections that are used both by name and for being the last one: moving a section
// would silently give another one other values.
void Sections::note_use(const ProxyConfig* defaults, const Word& word, bool named) {
  if (defaults == nullptr || defaults->name.empty()) return;
  Use& use = uses_[defaults];
  SourcePos& mine = named ? use.named : use.implied;
  const SourcePos other = named ? use.implied : use.named;
  if (mine.line == 0 && other.line != 0) {
    diag_
        .warning(word.pos,
                 fmt::format("defaults section '{}' is used by name and for being the last one",
                             defaults->name),
                 word.width)
        .with_hint("the other use is at " + diag_.place(other));
  }
  if (mine.line == 0) mine = word.pos;
}

// A frontend and a backend may share a name; two with a common side may not.
void Sections::check_duplicate(const ProxyConfig& proxy, const Word& name) {
  const ProxyConfig* other = nullptr;
  if (has_frontend(proxy.kind)) {
    const auto [entry, fresh] = frontends_.try_emplace(proxy.name, &proxy);
    if (!fresh) other = entry->second;
  }
  if (has_backend(proxy.kind)) {
    const auto [entry, fresh] = backends_.try_emplace(proxy.name, &proxy);
    if (!fresh) other = entry->second;
  }
  if (other == nullptr) return;
  error(name, fmt::format("{} {} has the same name as another {}", section_name(section_),
                          quoted(name.text), section_name(section_of(other->kind))))
      .with_hint("first defined at " + diag_.place(other->pos));
}

void Sections::refuse_extra(std::span<const Word> words, const Word& extra) {
  const std::string_view name = words[1].text, text = extra.text;
  Diagnostic& unexpected =
      error(extra, fmt::format("unexpected {} after '{} {}'", quoted(text), words[0].text, name));
  const auto are = [](std::string_view chars, bool (*test)(char)) {
    return std::all_of(chars.begin(), chars.end(), test);
  };
  if (text.starts_with('{')) {
    unexpected.with_hint("there are no braces: a section ends where the next one begins");
  } else if (KeywordTable::instance().find({&extra, 1}).in(section_) != nullptr) {
    unexpected.with_hint(quoted(text) + " is a keyword, which stands on a line of its own below");
  } else if ((section_ & (kInFrontend | kInListen)) != 0 && are(text, is_digit)) {
    unexpected.with_hint(fmt::format("give the port in a line of its own below: bind :{}", text));
  } else if (are(name, is_name_char) && are(text, is_name_char)) {
    unexpected.with_hint(fmt::format("a name is one word, such as '{}-{}'", name, text));
  } else {
    unexpected.with_hint("a section's name is one word");
  }
}

Diagnostic& Sections::error(const Word& word, std::string text) {
  return diag_.error(word.pos, std::move(text), word.width);
}

}  // namespace hawser
