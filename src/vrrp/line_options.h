// SPDX-License-Identifier: MIT
// The words after a keyword's first arguments: "dev eth0 label eth0:1 no-track".
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/text.h"
#include "config/interface_name.h"
#include "config/keyword.h"
#include "config/nearest.h"

namespace hawser {

template <class Target>
struct LineOption {
  std::string_view name;
  bool (*parse)(Args&, Target&);  // false: an error has been reported
};

// Reports the word that was taken last, which is none of `names`. Two words that were written as
// one get the blank that is missing.
inline void refuse_option(Args& args, std::span<const std::string_view> names) {
  const std::string_view word = args.words()[args.position() - 1].text;
  Diagnostic& wrong = args.error("unknown word " + quoted(word));
  const auto glued = std::find_if(names.begin(), names.end(),
                                  [word](std::string_view name) { return word.starts_with(name); });
  if (glued == names.end() || !nearest(word, names).empty()) {
    wrong.hint_nearest(word, names);
  } else {
    wrong.with_hint(
        fmt::format("a blank is missing: write '{} {}'", *glued, word.substr(glued->size())));
  }
}

// Takes all words that are left.
template <class Target>
bool take_options(Args& args, Target& target, std::span<const LineOption<Target>> options) {
  while (args.more()) {
    const std::string_view word = args.take("<option>")->text;
    const LineOption<Target>* found = nullptr;
    for (const auto& option : options) {
      if (option.name == word) found = &option;
    }
    if (found == nullptr) {
      std::vector<std::string_view> names;
      for (const auto& option : options) names.push_back(option.name);
      refuse_option(args, names);
      return false;
    }
    if (!found->parse(args, target)) return false;
  }
  return true;
}

// The names that iproute2 gives to numbers without a file of its own.
struct NamedNumber {
  std::string_view name;
  uint32_t number;
};
// One of these names, or a number up to `most`; `what` says what it is of.
std::optional<uint32_t> take_named(Args& args, std::string_view what,
                                   std::span<const NamedNumber> names, uint32_t most);

std::optional<uint8_t> take_scope(Args& args);
template <class Target>
bool take_scope(Args& args, Target& target) {
  target.scope = take_scope(args);
  return target.scope.has_value();
}

template <class Target, std::string Target::*Member>
bool take_interface(Args& args, Target& target) {
  auto name = take_interface_name(args);
  if (!name) return false;
  target.*Member = std::move(*name);
  return true;
}

// An IP address without port or prefix; family 0: either.
std::optional<Address> take_ip(Args& args, std::string_view what, int family = 0);
// "<address>:<port>", where a name may stand for the address.
std::optional<Address> take_endpoint(Args& args);

// "10.0.0.0/24"; without a prefix: that of one host.
struct Network {
  Address address;
  uint8_t prefix = 0;
};
std::optional<Network> take_network(Args& args, std::string_view what);
Address base_of(const Network& network);  // without the bits behind the prefix

constexpr uint8_t host_prefix(int family) { return family == AF_INET ? 32 : 128; }
constexpr std::string_view family_name(int family) { return family == AF_INET ? "IPv4" : "IPv6"; }

}  // namespace hawser
