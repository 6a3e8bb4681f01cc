// SPDX-License-Identifier: MIT
// balance, hash-type, hash-balance-factor
#include <array>

#include "base/text.h"
#include "config/instead.h"
#include "proxy/balance/balancer.h"

namespace hawser {
namespace {

struct AlgoWord {
  std::string_view name;
  std::string_view argument;  // what the parentheses hold
  bool has_parens = false;
};

AlgoWord split_word(std::string_view text) {
  const size_t open = text.find('(');
  if (open == text.npos) return {text, {}, false};
  return {text.substr(0, open), text.substr(open + 1, text.size() - open - 2), true};
}

const BalanceAlgo* find_algo(KeywordCall& call, const Word& word, const AlgoWord& split) {
  if (const BalanceAlgo* algo = Registry<BalanceAlgo>::find(split.name)) return algo;
  if (split.name == "log-hash" || split.name == "sticky") {
    call.error(quoted(split.name) + " balances log messages, and Hawser has no 'mode log' yet")
        .with_hint(std::string(instead_of(Vocabulary::kBalance, split.name)));
    return nullptr;
  }
  std::vector<std::string_view> names;
  for (const BalanceAlgo* algo : Registry<BalanceAlgo>::all()) names.push_back(algo->name);
  call.error("unknown balance algorithm " + quoted(word.text)).hint_nearest(split.name, names);
  return nullptr;
}

bool parens_are_right(KeywordCall& call, const BalanceAlgo& algo, const AlgoWord& split) {
  const std::string name(algo.name);
  if (algo.parens == Parens::kNo && split.has_parens) {
    call.error("'balance " + name + "' takes no argument in parentheses");
    return false;
  }
  if (algo.parens == Parens::kRequired && split.argument.empty()) {
    call.error("'balance " + name + "' needs an argument in parentheses")
        .with_hint("write balance " + name + std::string(algo.args));
    return false;
  }
  return true;
}

// balance <algorithm> [<arguments>]
bool parse_balance(KeywordCall& call) {
  const auto word = call.take("<algorithm>");
  if (!word) return false;
  if (word->text.find('(') != word->text.npos && !word->text.ends_with(')')) {
    call.error("missing ')' at the end of " + quoted(word->text));
    return false;
  }
  const AlgoWord split = split_word(word->text);
  const BalanceAlgo* algo = find_algo(call, *word, split);
  if (algo == nullptr || !parens_are_right(call, *algo, split)) return false;

  BalanceConfig config;
  config.algo = algo;
  config.pos = word->pos;
  config.param = split.argument;
  if (algo->parse != nullptr && !algo->parse(call, config)) return false;
  if (call.more()) {
    const auto extra = call.take("");
    call.error("unexpected " + quoted(extra->text) + " after 'balance " + std::string(algo->name) +
               "'");
    return false;
  }
  call.proxy().balance = config;
  return true;
}

// hash-type <method> [<function> [avalanche]]
bool parse_hash_type(KeywordCall& call) {
  static constexpr std::array<std::string_view, 2> kMethods = {"map-based", "consistent"};
  static constexpr std::array<std::string_view, 5> kFunctions = {"sdbm", "djb2", "wt6", "crc32",
                                                                 "none"};
  if (call.more() && call.peek()->text == "avalanche") {
    call.take("<method>");
    call.error("'hash-type avalanche' was an experiment of HAProxy 1.5 and is gone")
        .with_hint("write hash-type map-based sdbm avalanche");
    return false;
  }
  const auto method = call.take_one_of("<method>", kMethods);
  if (!method) return false;
  HashConfig hash;
  hash.given = true;
  hash.balance_factor = call.proxy().hash.balance_factor;
  hash.type = static_cast<HashType>(*method);
  hash.avalanche = hash.type == HashType::kConsistent;  // unless a function is named
  if (call.more()) {
    const auto function = call.take_one_of("<function>", kFunctions);
    if (!function) return false;
    hash.function = static_cast<HashFunction>(*function);
    hash.avalanche = call.take_if("avalanche");
  }
  if (call.more()) {
    const auto extra = call.take("<modifier>");
    call.error("unknown modifier " + quoted(extra->text) + ", only 'avalanche' is known");
    return false;
  }
  call.proxy().hash = hash;
  return true;
}
static_assert(static_cast<int>(HashType::kConsistent) == 1 &&
              static_cast<int>(HashFunction::kNone) == 4);

// hash-balance-factor <factor>
bool parse_hash_balance_factor(KeywordCall& call) {
  const auto factor = call.take_int("<factor>");
  if (!factor) return false;
  if (*factor != 0 && *factor <= 100) {
    call.error("a server must be allowed more than 100 % of its share")
        .with_hint("125 to 200 are usual, 0 turns the limit off");
    return false;
  }
  call.proxy().hash.balance_factor = static_cast<uint32_t>(*factor);
  return true;
}

// What depends on the rest of the section: its mode, its servers, its hash-type.
void check_balance(Draft&, ProxyConfig& proxy, Diag& diag) {
  if (!has_backend(proxy.kind)) return;
  const BalanceAlgo* roundrobin = Registry<BalanceAlgo>::find("roundrobin");
  BalanceConfig& balance = proxy.balance;
  if (balance.algo == nullptr) balance.algo = roundrobin;
  const bool http_key = balance.algo->http_only || (balance.algo->key == KeySource::kExpression &&
                                                    balance.fetch != KeyFetch::kSource);
  if (http_key && proxy.mode != Mode::kHttp) {
    // The algorithm may come from a `defaults` section that serves both modes.
    diag.warning(balance.pos, "'balance " + std::string(balance.algo->name) +
                                  "' needs 'mode http': " + quoted(proxy.name) +
                                  " is balanced by roundrobin");
    balance.algo = roundrobin;
  }
  balance.name = balance.algo->name;
  balance.static_weights = has_static_weights(proxy);
  // Orders and maps have 16-bit positions.
  if (proxy.servers.size() > UINT16_MAX) {
    diag.error(proxy.servers[UINT16_MAX].pos, "more than 65535 servers in " + quoted(proxy.name));
  }
}

constexpr Keyword kRows[] = {
    {.name = "balance",
     .sections = kInBackends,
     .parse = parse_balance,
     .args = "<algorithm> [<arguments>]",
     .summary = "how a server is chosen"},
    {.name = "hash-type",
     .sections = kInBackends,
     .parse = parse_hash_type,
     .args = "map-based|consistent [sdbm|djb2|wt6|crc32|none [avalanche]]",
     .summary = "how keys are hashed and mapped to servers"},
    {.name = "hash-balance-factor",
     .sections = kInBackends,
     .parse = parse_hash_balance_factor,
     .args = "<percent>",
     .summary = "the most of its share that a server may get by a consistent hash"},
};
HW_REGISTER(Keyword, kRows);

constexpr ProxyCheck kChecks[] = {
    {.name = "balance", .order = 10, .check = check_balance, .needs_all_lines = true},
};
HW_REGISTER(ProxyCheck, kChecks);

}  // namespace
}  // namespace hawser
