// SPDX-License-Identifier: MIT
// How a feature adds its words to the language: constant rows, registered beside the code that
// implements them.
#pragma once

#include <limits>
#include <span>
#include <string_view>

#include "base/registry.h"
#include "config/model.h"

namespace hawser {

struct Word {
  std::string_view text;  // after quotes, escapes and variables
  SourcePos pos;
  uint16_t width;  // as written
};

// The words of a line after the keyword (or after an option's name), taken one by one. A take_…()
// that finds nothing or something wrong reports it at the right column and returns nullopt; the
// handler then returns false.
class Args {
 public:
  Args(std::span<const Word> words, size_t next, Diag& diag)
      : words_(words), next_(next), diag_(diag) {}

  bool more() const { return next_ < words_.size(); }
  const Word* peek() const { return more() ? &words_[next_] : nullptr; }
  const Word& keyword() const { return words_[0]; }
  // Takes the next word when it is `text`.
  bool take_if(std::string_view text);

  // What the words are arguments of, for the hint where one is missing: "weight", "<weight>".
  void set_usage(std::string_view name, std::string_view args) { usage_ = {name, args}; }

  // `what` names the argument in messages: "<name>".
  std::optional<Word> take(std::string_view what);
  std::optional<int64_t> take_int(std::string_view what, int64_t min = 0,
                                  int64_t max = std::numeric_limits<int32_t>::max());
  // A duration, rounded up to milliseconds; `bare` is the unit of a plain number.
  std::optional<Millis> take_duration(std::string_view what, Micros bare = Millis(1));
  std::optional<uint32_t> take_size(std::string_view what, uint64_t max = 1u << 31);
  // Index of the next word in `names`; otherwise an error with the nearest one.
  std::optional<size_t> take_one_of(std::string_view what, std::span<const std::string_view> names);
  // All words that are left, joined by one blank.
  std::string take_rest();

  // Reports at the last word taken (or the keyword).
  Diagnostic& error(std::string text);
  Diagnostic& warning(std::string text);
  Diagnostic& error_at(const Word& word, std::string text);
  Diagnostic& warning_at(const Word& word, std::string text);

  size_t position() const { return next_; }
  // Goes on where another Args over the same words has stopped.
  void move_to(size_t position) { next_ = position; }
  std::span<const Word> words() const { return words_; }
  Diag& diag() { return diag_; }

 protected:
  struct Usage {
    std::string_view name, args;
  };

  std::span<const Word> words_;
  size_t next_;
  Diag& diag_;
  Usage usage_;
};

// Sections as bits; a Keyword may live in several.
enum Section : uint16_t {
  kInGlobal = 1,
  kInDefaults = 2,
  kInFrontend = 4,
  kInBackend = 8,
  kInListen = 16,
  kInHttpErrors = 32,
  kInVrrp = 64,
  kInVrrpDefaults = 128,
  kInVrrpGroup = 256,
  kInVrrpScript = 512,
  kInMailers = 1024,
  kInProxies = kInDefaults | kInFrontend | kInListen | kInBackend,
  kInFrontends = kInDefaults | kInFrontend | kInListen,
  kInBackends = kInDefaults | kInBackend | kInListen,
  kInVrrps = kInVrrpDefaults | kInVrrp,
  kInVrrpSections = kInVrrps | kInVrrpGroup | kInVrrpScript,
};

// The configuration while it is read: the Config under construction and the named defaults.
struct Draft;

// One keyword line.
class KeywordCall : public Args {
 public:
  KeywordCall(std::span<const Word> words, size_t next, Diag& diag, Draft& draft, Section section,
              ProxyConfig* proxy, bool negated)
      : Args(words, next, diag),
        draft_(draft),
        section_(section),
        proxy_(proxy),
        negated_(negated) {}

  Section section() const { return section_; }
  bool negated() const { return negated_; }  // `no KEYWORD …`, only where the row allows it
  ProxyConfig& proxy();                      // asserts: a proxy section
  GlobalConfig& global();
  VrrpConfig& vrrp();  // of a `vrrp` section or `vrrp-defaults`; these assert theirs, too
  VrrpGroupConfig& vrrp_group();
  VrrpScriptConfig& vrrp_script();
  MailersConfig& mailers();
  Draft& draft() { return draft_; }

 private:
  Draft& draft_;
  Section section_;
  ProxyConfig* proxy_;
  bool negated_;
};

// A keyword of a section. A name of two words ("timeout connect", "option httplog", "stats socket")
// has them in `name`, separated by one blank: the longest match wins.
struct Keyword {
  std::string_view name;
  uint16_t sections;            // Section bits
  bool (*parse)(KeywordCall&);  // false: an error has been reported
  std::string_view args = {};   // as the manual writes them: "<host> [port <n>]"
  std::string_view summary;     // one line, for -dK and the manual test
  bool negatable = false;       // `no KEYWORD` is allowed
};
constexpr bool same_row(const Keyword& a, const Keyword& b) {
  return (a.sections & b.sections) != 0;
}

// A word of a `bind` line (or of `stats socket`, which takes the same).
struct BindCall : Args {
  BindCall(const Args& at, BindConfig& target) : Args(at), bind(target) {}
  BindConfig& bind;
};
struct BindOption {
  std::string_view name;
  bool (*parse)(BindCall&);
  std::string_view args = {};
  std::string_view summary;
};

// A word of a `server` or `default-server` line. `server` is nullptr for default-server.
struct ServerCall : Args {
  ServerCall(const Args& at, ProxyConfig& owner, ServerSettings& settings, ServerConfig* target)
      : Args(at), proxy(owner), set(settings), server(target) {}
  ProxyConfig& proxy;
  ServerSettings& set;
  ServerConfig* server;
};
struct ServerOption {
  std::string_view name;
  bool (*parse)(ServerCall&);
  std::string_view args = {};
  std::string_view summary;
  bool in_default_server = true;
};

// Takes all words that are left as options of a `bind` or `stats socket` line, of a `server` or
// `default-server` line. `server` is nullptr for default-server.
bool parse_bind_options(Args& args, BindConfig& bind);
bool parse_server_options(Args& args, ProxyConfig& proxy, ServerSettings& settings,
                          ServerConfig* server);

// Called once by resolve() for every proxy, in ascending `order`: what can only be judged when the
// whole file is known.
struct ProxyCheck {
  std::string_view name;
  int order;
  void (*check)(Draft& draft, ProxyConfig& proxy, Diag& diag);
  // It judges what is missing, or how lines go together: not called for an incomplete proxy.
  bool needs_all_lines = false;
};

// The same for the file as a whole, after the proxies.
struct ConfigCheck {
  std::string_view name;
  int order;
  void (*check)(Draft& draft, Diag& diag);
};

// "ADDR:PORT[-PORT]" in every form of section 2.9 of HAProxy's manual: IPv4, IPv6, *, :port, ipv4@,
// ipv6@, unix@, abns@, fd@N, a path that starts with '/'; names only where `names` allows (resolved
// at once; failure is an error).
struct AddressSpec {
  Address address;         // with the first port
  uint16_t port_high = 0;  // last port of a range; == address.port() without one
  int fd = -1;             // fd@N
  bool has_port = false;
  bool port_is_offset = false;  // "+N", "-N", for servers
  int port_offset = 0;
  std::string hostname;  // when a name was resolved
};
struct AddressRules {
  bool port_required = false;
  bool port_range = false;
  bool port_offset = false;
  bool names = true;
  bool fd = false;
  bool is_bind = false;   // "*" and "" mean any address
  bool datagram = false;  // udp@, dgram+… and uxdg@ instead of tcp@, stream+… and uxst@
};
Result<AddressSpec> parse_address(std::string_view text, const AddressRules& rules);

// How parse_address() finds the address of a name: the first one of `family`, with getaddrinfo().
// Tests put another function in its place; nullptr brings this one back.
using NameResolver = Result<Address> (*)(const std::string& name, int family);
void set_name_resolver(NameResolver resolver);

}  // namespace hawser
