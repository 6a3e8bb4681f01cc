// SPDX-License-Identifier: MIT
#include "proxy/balance/hash_words.h"

#include <array>

#include "base/text.h"

namespace hawser {

bool parse_uri_words(KeywordCall& call, BalanceConfig& config) {
  static constexpr std::array<std::string_view, 4> kWords = {"whole", "path-only", "len", "depth"};
  while (call.more()) {
    const auto word = call.take_one_of("parameter of 'balance uri'", kWords);
    if (!word) return false;
    if (*word == 0) config.whole = true;
    if (*word == 1) config.path_only = true;
    if (*word < 2) continue;
    const auto number = call.take_int(*word == 2 ? "<len>" : "<depth>", 1);
    if (!number) return false;
    (*word == 2 ? config.len : config.depth) = static_cast<uint32_t>(*number);
  }
  return true;
}

bool parse_url_param_words(KeywordCall& call, BalanceConfig& config) {
  const auto name = call.take("<name> of the URL parameter");
  if (!name) return false;
  config.param = name->text;
  if (!call.take_if("check_post")) return true;
  config.check_post = true;
  // How much of the body to wait for, a number that HAProxy ignores since 1.7.
  if (call.more() && parse_uint(call.peek()->text)) {
    const auto wait = call.take("<max_wait>");
    call.warning(
            "the <max_wait> of 'check_post' has no effect: what has arrived of the body is "
            "looked at")
        .with_hint("remove " + quoted(wait->text));
  }
  return true;
}

bool parse_hdr_words(KeywordCall& call, BalanceConfig& config) {
  config.use_domain_only = call.take_if("use_domain_only");
  return true;
}

bool parse_rdp_cookie_words(KeywordCall&, BalanceConfig& config) {
  if (config.param.empty()) config.param = "mstshash";
  return true;
}

namespace {

struct Fetch {
  std::string_view name;
  KeyFetch fetch;
  bool has_argument;
};
constexpr Fetch kFetches[] = {
    {"src", KeyFetch::kSource, false},      {"path", KeyFetch::kPath, false},
    {"pathq", KeyFetch::kPathQuery, false}, {"url", KeyFetch::kUrl, false},
    {"query", KeyFetch::kQuery, false},     {"hdr", KeyFetch::kHeader, true},
    {"req.hdr", KeyFetch::kHeader, true},   {"url_param", KeyFetch::kUrlParam, true},
};

}  // namespace

bool parse_hash_words(KeywordCall& call, BalanceConfig& config) {
  const auto word = call.take("<expression>");
  if (!word) return false;
  const std::string_view text = word->text;
  const std::string_view name = text.substr(0, text.find('('));
  for (const Fetch& fetch : kFetches) {
    if (fetch.name != name) continue;
    std::string_view argument = text.substr(name.size());
    if (fetch.has_argument) {
      if (argument.size() < 3 || !argument.ends_with(')') || argument.find(',') != argument.npos) {
        break;
      }
      argument = argument.substr(1, argument.size() - 2);
    } else if (!argument.empty()) {
      break;
    }
    config.fetch = fetch.fetch;
    config.param = argument;
    return true;
  }
  call.error("'balance hash' cannot evaluate " + quoted(text) + " yet")
      .with_hint(
          "it takes src, path, pathq, url, query, hdr(<name>), req.hdr(<name>) and "
          "url_param(<name>), without converters");
  return false;
}

}  // namespace hawser
