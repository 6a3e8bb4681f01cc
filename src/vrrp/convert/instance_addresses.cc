// SPDX-License-Identifier: MIT
// virtual_ipaddress, virtual_routes and virtual_rules.
#include <fmt/format.h>
#include <net/if.h>

#include <algorithm>

#include "base/address.h"
#include "base/text.h"
#include "vrrp/convert/conversion.h"

namespace hawser::keepalived {
namespace {

// A word of iproute2's grammar and ours; `takes` says whether a value follows.
struct Option {
  std::string_view from, to;  // no `to`: left out
  bool takes;
};

constexpr Option kAddressOptions[] = {
    {"dev", "dev", true},    {"label", "label", true},     {"scope", "scope", true},
    {"brd", "brd", true},    {"broadcast", "brd", true},   {"no_track", "no-track", false},
    {"peer", "", true},      {"-nodad", "", false},        {"nodad", "", false},
    {"home", "", false},     {"noprefixroute", "", false}, {"mngtmpaddr", "", false},
    {"autojoin", "", false}, {"preferred_lft", "", true},  {"track_group", "", true},
    {"use_vmac", "", false},
};
constexpr Option kRouteOptions[] = {
    {"via", "via", true},       {"gw", "via", true},      {"dev", "dev", true},
    {"oif", "dev", true},       {"src", "src", true},     {"table", "table", true},
    {"metric", "metric", true}, {"scope", "scope", true}, {"no_track", "", false},
    {"proto", "", true},        {"protocol", "", true},
};
constexpr Option kRuleOptions[] = {
    {"from", "from", true},           {"to", "to", true},         {"table", "table", true},
    {"lookup", "table", true},        {"iif", "iif", true},       {"dev", "iif", true},
    {"fwmark", "fwmark", true},       {"no_track", "", false},    {"priority", "priority", true},
    {"preference", "priority", true}, {"pref", "priority", true}, {"prio", "priority", true},
};

const Option* find_option(std::span<const Option> options, std::string_view word) {
  const auto found = std::find_if(options.begin(), options.end(),
                                  [&](const Option& option) { return option.from == word; });
  return found == options.end() ? nullptr : &*found;
}

// "labeleth0:0": the option and its value, written as one word. keepalived takes neither.
const Option* find_glued(std::span<const Option> options, std::string_view word) {
  const auto found = std::find_if(options.begin(), options.end(), [&](const Option& option) {
    return option.takes && word.size() > option.from.size() && word.starts_with(option.from);
  });
  return found == options.end() ? nullptr : &*found;
}

// Goes through the words of a line from `next` on. What is not known is reported, and the result is
// false: the line cannot be written as it was meant.
class LineWriter {
 public:
  LineWriter(Report& report, const Statement& line, std::span<const Option> options)
      : report_(report), line_(line), options_(options) {}

  bool take_from(size_t next) {
    for (; next < line_.words.size(); ++next) {
      const Word& word = line_.words[next];
      if (const Option* option = find_option(options_, word.text)) {
        if (!option->takes) {
          add(*option, {});
        } else if (next + 1 < line_.words.size()) {
          add(*option, line_.words[++next].text);
        }
        continue;
      }
      const Option* glued = find_glued(options_, word.text);
      if (glued == nullptr) {
        unknown_ = &word;
        return false;
      }
      const std::string value = word.text.substr(glued->from.size());
      report_.trap(line_, word,
                   fmt::format("a blank is missing in {}, which keepalived does not understand",
                               quoted(word.text)),
                   fmt::format("taken for '{} {}'", glued->from, value));
      add(*glued, value);
    }
    return true;
  }

  std::string text;
  const Word* unknown() const { return unknown_; }

 private:
  void add(const Option& option, const std::string& value) {
    if (option.from == "use_vmac") {
      report_.trap(line_, "'use_vmac' of an address is left out",
                   "an address with 'dev' moves by gratuitous ARP");
    }
    if (option.to.empty()) return;
    if (option.to == "label" && value.size() >= IFNAMSIZ) {
      report_.trap(line_,
                   fmt::format("the label {} is longer than the {} characters of the kernel",
                               quoted(value), IFNAMSIZ - 1),
                   "left out");
      return;
    }
    if (option.to == "brd" && (value == "+" || value == "-")) return;
    text += fmt::format(" {}", option.to);
    if (option.takes) text += " " + as_word(value);
  }

  Report& report_;
  const Statement& line_;
  std::span<const Option> options_;
  const Word* unknown_ = nullptr;
};

std::string_view host_of(std::string_view text) { return text.substr(0, text.find('/')); }

void put_address(Target& target, const Statement& line, std::string_view more) {
  Report& report = target.to.report;
  const Word& word = line.words[0];
  const auto address = Address::parse_ip(host_of(word.text));
  if (!address) {
    report.error(word, quoted(word.text) + " is not an IP address");
    return;
  }
  if (!target.addresses.insert(address->ip_text()).second) {
    report.trap(line, fmt::format("{} is listed already", address->ip_text()),
                "left out: an address is there once");
    return;
  }
  LineWriter writer(report, line, kAddressOptions);
  if (!writer.take_from(1)) {
    report.trap(line, *writer.unknown(),
                fmt::format("unknown word {}", quoted(writer.unknown()->text)),
                "left out, with what follows it");
  }
  const std::string value = word.text + writer.text + std::string(more);
  target.text.put("virtual-address", value);
  report.became(line, "virtual-address " + value);
}

void put_addresses(Target& target, const Statement& from) {
  bool ipv6 = false, link_local = false;
  for (const Statement& line : from.block) {
    put_address(target, line, {});
    const auto address = Address::parse_ip(host_of(line.name()));
    if (!address || address->family() != AF_INET6) continue;
    ipv6 = true;
    link_local = link_local || IN6_IS_ADDR_LINKLOCAL(&address->v6());
  }
  if (!ipv6 || link_local) return;
  target.text.put("link-local", "none");
  target.to.report.trap(from,
                        "no address is link-local, and the first of an IPv6 advert should be "
                        "(RFC 9568, section 5.2.9)",
                        "'link-local none' keeps the list as it is; without it one is derived: "
                        "remove it when no keepalived is left");
}

void put_excluded(Target& target, const Statement& from) {
  for (const Statement& line : from.block) put_address(target, line, " not-advertised");
}

// What cannot be written as it was meant is kept to be read.
void put_line(Target& target, const Statement& line, std::string_view keyword,
              const std::string& head, const LineWriter& writer) {
  Report& report = target.to.report;
  if (writer.unknown() != nullptr) {
    target.text.comment(line.rest(0));
    report.trap(line, *writer.unknown(),
                fmt::format("{} is not built for a {}", quoted(writer.unknown()->text), keyword),
                "kept as a comment");
    return;
  }
  std::string value = head + writer.text;
  if (value.starts_with(' ')) value.erase(0, 1);
  target.text.put(keyword, value);
  report.became(line, fmt::format("{} {}", keyword, value));
}

void put_routes(Target& target, const Statement& from) {
  for (const Statement& line : from.block) {
    // "src A to NETWORK …" or "NETWORK …".
    const auto to = std::find_if(line.words.begin(), line.words.end(),
                                 [](const Word& word) { return word.text == "to"; });
    Statement ordered = line;
    if (to != line.words.end() && to + 1 != line.words.end()) {
      const size_t at = static_cast<size_t>(to - line.words.begin());
      std::rotate(ordered.words.begin(), ordered.words.begin() + static_cast<ptrdiff_t>(at) + 1,
                  ordered.words.begin() + static_cast<ptrdiff_t>(at) + 2);
      ordered.words.erase(ordered.words.begin() + static_cast<ptrdiff_t>(at) + 1);
    }
    const std::string& network = ordered.words[0].text;
    if (network != "default" && !Address::parse_ip(host_of(network))) {
      target.text.comment(line.rest(0));
      target.to.report.trap(line, fmt::format("{} is not a network", quoted(network)),
                            "kept as a comment");
      continue;
    }
    LineWriter writer(target.to.report, ordered, kRouteOptions);
    static_cast<void>(writer.take_from(1));
    put_line(target, ordered, "virtual-route", network, writer);
  }
}

// The word after `from` or `to` that is none; nullptr: all are networks.
const Word* find_bad_network(const Statement& rule) {
  for (size_t i = 1; i < rule.words.size(); ++i) {
    const std::string& before = rule.words[i - 1].text;
    const std::string& word = rule.words[i].text;
    if (before != "from" && before != "to") continue;
    if (word != "all" && word != "default" && !Address::parse_ip(host_of(word))) {
      return &rule.words[i];
    }
  }
  return nullptr;
}

void put_rules(Target& target, const Statement& from) {
  for (const Statement& line : from.block) {
    if (const Word* bad = find_bad_network(line)) {
      target.text.comment(line.rest(0));
      target.to.report.trap(line, *bad, fmt::format("{} is not a network", quoted(bad->text)),
                            "kept as a comment");
      continue;
    }
    LineWriter writer(target.to.report, line, kRuleOptions);
    static_cast<void>(writer.take_from(0));
    put_line(target, line, "virtual-rule", {}, writer);
  }
}

struct AddressBlock {
  std::string_view name;
  void (*convert)(Target& target, const Statement& from);
};
constexpr AddressBlock kBlocks[] = {
    {"virtual_ipaddress", put_addresses},
    {"virtual_ipaddress_excluded", put_excluded},
    {"virtual_routes", put_routes},
    {"virtual_rules", put_rules},
};

}  // namespace

bool convert_addresses(Target& target, const Statement& from) {
  for (const AddressBlock& row : kBlocks) {
    if (row.name != from.name()) continue;
    row.convert(target, from);
    return true;
  }
  return false;
}

}  // namespace hawser::keepalived
