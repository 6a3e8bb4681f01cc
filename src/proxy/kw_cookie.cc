// SPDX-License-Identifier: MIT
// `cookie`: which cookie ties a client to a server.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/keyword.h"

namespace hawser {
namespace {

using How = CookieConfig::How;

bool set_how(KeywordCall& call, CookieConfig& cookie, How how) {
  if (cookie.how != How::kNone && cookie.how != how) {
    call.error("only one of 'rewrite', 'insert' and 'prefix' is possible");
    return false;
  }
  cookie.how = how;
  return true;
}

// The values are written into Set-Cookie as they are, so they must not end the attribute.
bool is_attribute_text(std::string_view text) {
  return !text.empty() && std::none_of(text.begin(), text.end(), [](char c) {
    return c == ';' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
}

bool add_domain(KeywordCall& call, CookieConfig& cookie) {
  const auto domain = call.take("<domain>");
  if (!domain) return false;
  if (!is_attribute_text(domain->text) || domain->text.find(' ') != domain->text.npos) {
    call.error(quoted(domain->text) + " is not a domain");
    return false;
  }
  if (domain->text.find('.', 1) == domain->text.npos) {
    call.warning(fmt::format("domain {} has no dot inside", quoted(domain->text)))
        .with_hint("browsers refuse cookies for a top-level domain (RFC 6265, section 5.3)");
  }
  cookie.domains.emplace_back(domain->text);
  return true;
}

bool add_attr(KeywordCall& call, CookieConfig& cookie) {
  const auto attr = call.take("<value>");
  if (!attr) return false;
  if (!is_attribute_text(attr->text)) {
    call.error(quoted(attr->text) + " is not a cookie attribute")
        .with_hint("give one attribute for each 'attr', without ';' and control characters");
    return false;
  }
  cookie.attrs.emplace_back(attr->text);
  return true;
}

bool take_seconds(KeywordCall& call, std::chrono::seconds& value) {
  const auto time = call.take_duration("<time>", std::chrono::seconds(1));
  if (!time) return false;
  value = std::chrono::ceil<std::chrono::seconds>(*time);
  return true;
}

// One word of the line, by its name.
struct CookieWord {
  std::string_view name;
  bool (*parse)(KeywordCall& call, CookieConfig& cookie);
};

template <bool CookieConfig::*Member>
bool set_flag(KeywordCall&, CookieConfig& cookie) {
  return cookie.*Member = true;
}

template <How Value>
bool parse_how(KeywordCall& call, CookieConfig& cookie) {
  return set_how(call, cookie, Value);
}

template <std::chrono::seconds CookieConfig::*Member>
bool parse_seconds(KeywordCall& call, CookieConfig& cookie) {
  return take_seconds(call, cookie.*Member);
}

constexpr CookieWord kWords[] = {
    {"attr", add_attr},
    {"domain", add_domain},
    {"dynamic", set_flag<&CookieConfig::dynamic>},
    {"httponly", set_flag<&CookieConfig::httponly>},
    {"indirect", set_flag<&CookieConfig::indirect>},
    {"insert", parse_how<How::kInsert>},
    {"maxidle", parse_seconds<&CookieConfig::maxidle>},
    {"maxlife", parse_seconds<&CookieConfig::maxlife>},
    {"nocache", set_flag<&CookieConfig::nocache>},
    {"postonly", set_flag<&CookieConfig::postonly>},
    {"prefix", parse_how<How::kPrefix>},
    {"preserve", set_flag<&CookieConfig::preserve>},
    {"rewrite", parse_how<How::kRewrite>},
    {"secure", set_flag<&CookieConfig::secure>},
};

bool parse_word(KeywordCall& call, CookieConfig& cookie) {
  const auto word = call.take("<word>");
  for (const CookieWord& row : kWords) {
    if (row.name == word->text) return row.parse(call, cookie);
  }
  std::vector<std::string_view> names;
  for (const CookieWord& row : kWords) names.push_back(row.name);
  call.error("unknown word " + quoted(word->text) + " of 'cookie'").hint_nearest(word->text, names);
  return false;
}

bool set_cookie(KeywordCall& call) {
  const auto name = call.take("<name>");
  if (!name) return false;
  if (!is_token(name->text)) {
    call.error(quoted(name->text) + " is not the name of a cookie");
    return false;
  }
  CookieConfig cookie;
  cookie.pos = call.keyword().pos;
  cookie.name = name->text;
  while (call.more()) {
    if (!parse_word(call, cookie)) return false;
  }
  if (cookie.how == How::kRewrite && cookie.indirect) {
    call.error_at(call.keyword(), "'rewrite' and 'indirect' cannot be combined")
        .with_hint("a cookie that the server sets itself is one that it should see again");
    return false;
  }
  if (cookie.preserve && cookie.how != How::kInsert && !cookie.indirect) {
    call.error_at(call.keyword(), "'preserve' needs 'insert' or 'indirect'");
    return false;
  }
  cookie.dynamic_key = std::move(call.proxy().cookie.dynamic_key);
  call.proxy().cookie = std::move(cookie);
  return true;
}

bool set_dynamic_key(KeywordCall& call) {
  const auto key = call.take("<key>");
  if (!key) return false;
  if (key->text.empty()) {
    call.error("<key> is empty");
    return false;
  }
  call.proxy().cookie.dynamic_key = key->text;
  return true;
}

void check_cookie(Draft&, ProxyConfig& proxy, Diag& diag) {
  const CookieConfig& cookie = proxy.cookie;
  if (cookie.name.empty()) return;
  if (proxy.mode != Mode::kHttp) {
    diag.warning(cookie.pos, fmt::format("'cookie' has no effect on {}, which is not in mode http",
                                         quoted(proxy.name)))
        .with_hint("add 'mode http' to it if it is to speak HTTP");
    proxy.cookie = {};
  } else if (cookie.dynamic && cookie.dynamic_key.empty()) {
    diag.warning(cookie.pos, fmt::format("{} has 'cookie ... dynamic' but no 'dynamic-cookie-key'",
                                         quoted(proxy.name)))
        .with_hint("without a key, servers get no cookie unless their line gives one");
  }
}

constexpr Keyword kRows[] = {
    {.name = "cookie",
     .sections = kInBackends,
     .parse = set_cookie,
     .args = "<name> [rewrite|insert|prefix] [indirect] [nocache] [postonly] [preserve] [httponly] "
             "[secure] [domain <domain>]... [maxidle <time>] [maxlife <time>] [dynamic] "
             "[attr <value>]...",
     .summary = "ties a client to a server by a cookie"},
    {.name = "dynamic-cookie-key",
     .sections = kInBackends,
     .parse = set_dynamic_key,
     .args = "<key>",
     .summary = "secret from which 'cookie ... dynamic' makes values"},
};
HW_REGISTER(Keyword, kRows);

constexpr ProxyCheck kChecks[] = {
    {.name = "cookie", .order = 10, .check = check_cookie, .needs_all_lines = true},
};
HW_REGISTER(ProxyCheck, kChecks);

}  // namespace
}  // namespace hawser
