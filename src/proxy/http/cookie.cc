// SPDX-License-Identifier: MIT
#include "proxy/http/cookie.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/text.h"

namespace hawser {
namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr size_t kDateSize = 5;   // 30 bits: units since 1970
constexpr int64_t kDateUnit = 4;  // seconds
constexpr char kPrefixMark = '~';
constexpr char kDateMark = '|';

std::string encode_date(int64_t now_s) {
  const auto units = static_cast<uint64_t>(now_s / kDateUnit);
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 6) out += kBase64[units >> shift & 63];
  return out;
}

std::optional<int64_t> decode_date(std::string_view text) {
  if (text.size() != kDateSize) return std::nullopt;
  int64_t units = 0;
  for (const char c : text) {
    const size_t digit = kBase64.find(c);
    if (digit == kBase64.npos) return std::nullopt;
    units = units << 6 | static_cast<int64_t>(digit);
  }
  return units * kDateUnit;
}

// The cookies of a Cookie field, one after the other: RFC 6265, section 4.2.1.
struct CookiePart {
  std::string_view whole, name, value;  // whole: without the blanks around it
};
class CookieList {
 public:
  explicit CookieList(std::string_view field) : rest_(field) {}
  bool next(CookiePart& part) {
    while (!rest_.empty()) {
      const size_t end = std::min(rest_.find(';'), rest_.size());
      part.whole = trim(rest_.substr(0, end));
      rest_.remove_prefix(std::min(end + 1, rest_.size()));
      if (part.whole.empty()) continue;
      const size_t equals = part.whole.find('=');
      part.name = trim(part.whole.substr(0, equals));
      part.value =
          equals == part.whole.npos ? std::string_view() : trim(part.whole.substr(equals + 1));
      return true;
    }
    return false;
  }

 private:
  std::string_view rest_;
};

uint32_t find_server(std::span<const std::string> cookies, std::string_view value) {
  for (uint32_t i = 0; i < cookies.size(); ++i) {
    if (!cookies[i].empty() && cookies[i] == value) return i;
  }
  return kNoIndex;
}

bool has_dates(const CookieConfig& config) {
  return config.maxidle.count() != 0 || config.maxlife.count() != 0;
}

// The letter for a cookie with these dates. One without them is good, as an administrator sends it
// to reach a certain server, and gets them with the response.
char judge_dates(const CookieConfig& config, std::string_view dates, int64_t now_s,
                 CookieOutcome& outcome) {
  if (!has_dates(config)) return 'V';
  const size_t mark = dates.find(kDateMark);
  const auto last = decode_date(dates.substr(0, mark));
  const auto first = mark == dates.npos ? std::nullopt : decode_date(dates.substr(mark + 1));
  // A date from the future, beyond what clocks differ, was made up.
  const auto is_over = [now_s](std::optional<int64_t> date, std::chrono::seconds limit) {
    return limit.count() != 0 && date && (now_s - *date > limit.count() || *date - now_s > 86400);
  };
  if (is_over(first, config.maxlife)) return 'O';
  if (is_over(last, config.maxidle)) return 'E';
  outcome.first_date = first.value_or(0);
  outcome.wants_dates =
      !last || *last / kDateUnit < now_s / kDateUnit || (config.maxlife.count() != 0 && !first);
  return 'V';
}

// Replaces a Cookie field by one without `part`, or with another text in its place.
void rewrite_cookie(Head& request, HeaderField& field, const CookiePart& part,
                    std::string_view replacement) {
  std::string rebuilt;
  CookieList list(field.value);
  CookiePart each;
  while (list.next(each)) {
    const std::string_view text = each.whole.data() == part.whole.data() ? replacement : each.whole;
    if (text.empty()) continue;
    if (!rebuilt.empty()) rebuilt += "; ";
    rebuilt += text;
  }
  field.dropped = true;
  if (!rebuilt.empty()) request.add("Cookie", rebuilt);
}

// An empty value makes the client forget the cookie.
std::string set_cookie_value(const CookieConfig& config, std::string_view value, int64_t now_s,
                             const CookieOutcome& outcome) {
  std::string out = config.name + "=" + std::string(value);
  if (value.empty()) {
    out += "; Expires=Thu, 01-Jan-1970 00:00:01 GMT";
  } else if (has_dates(config)) {
    out += kDateMark + encode_date(now_s);
    if (config.maxlife.count() != 0) {
      out += kDateMark + encode_date(outcome.first_date != 0 ? outcome.first_date : now_s);
    }
  }
  out += "; path=/";
  for (const std::string& domain : config.domains) out += "; domain=" + domain;
  if (config.httponly) out += "; HttpOnly";
  if (config.secure) out += "; Secure";
  for (const std::string& attr : config.attrs) out += "; " + attr;
  return out;
}

// The server's own Set-Cookie of our name: left, removed, or given another value.
void treat_server_cookie(const CookieConfig& config, std::string_view ours, Head& response,
                         CookieOutcome& outcome) {
  for (size_t i = 0; i < response.fields.size(); ++i) {
    HeaderField& field = response.fields[i];
    if (field.id != HeaderId::kSetCookie || field.dropped) continue;
    const size_t equals = field.value.find('=');
    if (equals == field.value.npos || trim(field.value.substr(0, equals)) != config.name) continue;
    const size_t end = std::min(field.value.find(';'), field.value.size());
    const std::string_view value = field.value.substr(equals + 1, end - equals - 1);
    const std::string_view attributes = field.value.substr(end);
    if (config.how == CookieConfig::How::kInsert) {
      if (config.preserve) {
        outcome.response = 'P';
      } else {
        field.dropped = true;
        outcome.response = 'D';
      }
    } else if (ours.empty()) {
      outcome.response = 'P';
    } else {
      field.dropped = true;
      const bool prefix = config.how == CookieConfig::How::kPrefix;
      response.add("Set-Cookie", response.text.join(config.name, "=", ours, prefix ? "~" : "",
                                                    prefix ? value : "", attributes));
      outcome.response = 'R';
    }
  }
}

}  // namespace

std::string_view find_cookie(std::string_view field, std::string_view name) {
  CookieList list(field);
  CookiePart part;
  while (list.next(part)) {
    if (part.name == name) return part.value.data() != nullptr ? part.value : std::string_view("");
  }
  return {};
}

std::string server_cookie(const ProxyConfig& backend, const ServerConfig& server) {
  if (!server.cookie.empty() || !backend.cookie.dynamic) return server.cookie;
  // HAProxy's recipe, so that nodes of both kinds can share clients: XXH64 of the key, the address
  // and the port, the latter as four bytes.
  std::string material = backend.cookie.dynamic_key;
  if (server.address.family() == AF_INET) {
    material.append(reinterpret_cast<const char*>(&server.address.v4()), sizeof(in_addr));
  } else if (server.address.family() == AF_INET6) {
    material.append(reinterpret_cast<const char*>(&server.address.v6()), sizeof(in6_addr));
  } else {
    return {};
  }
  const auto port = static_cast<uint32_t>(server.address.port());
  material.append({static_cast<char>(port >> 24), static_cast<char>(port >> 16),
                   static_cast<char>(port >> 8), static_cast<char>(port)});
  return fmt::format("{:016x}", XXH64(material.data(), material.size(), 0));
}

CookieOutcome read_persistence(const ProxyConfig& backend, std::span<const std::string> cookies,
                               Head& request, int64_t now_s) {
  const CookieConfig& config = backend.cookie;
  CookieOutcome outcome;
  if (config.how == CookieConfig::How::kNone) return outcome;
  outcome.client = outcome.response = 'N';
  for (size_t i = 0; i < request.fields.size(); ++i) {
    HeaderField& field = request.fields[i];
    if (field.id != HeaderId::kCookie || field.dropped) continue;
    CookieList list(field.value);
    CookiePart part;
    while (list.next(part)) {
      if (part.name != config.name) continue;
      const bool prefix = config.how == CookieConfig::How::kPrefix;
      const size_t mark = part.value.find(prefix ? kPrefixMark : kDateMark);
      const std::string_view value = part.value.substr(0, mark);
      const std::string_view rest =
          mark == part.value.npos ? std::string_view() : part.value.substr(mark + 1);
      const uint32_t server =
          prefix && mark == part.value.npos ? kNoIndex : find_server(cookies, value);
      outcome.client = server == kNoIndex ? 'I'
                       : prefix           ? 'V'
                                          : judge_dates(config, rest, now_s, outcome);
      if (outcome.client == 'V') outcome.server = server;
      // The prefix is ours, also that of a server which is no longer there.
      if (prefix && mark != part.value.npos) {
        rewrite_cookie(request, field, part, request.text.join(config.name, "=", rest));
      } else if (config.how == CookieConfig::How::kInsert && config.indirect) {
        rewrite_cookie(request, field, part, "");
      }
      return outcome;
    }
  }
  return outcome;
}

void write_persistence(const ProxyConfig& backend, std::span<const std::string> cookies,
                       uint32_t position, std::string_view method, Head& response, int64_t now_s,
                       CookieOutcome& outcome) {
  const CookieConfig& config = backend.cookie;
  if (config.how == CookieConfig::How::kNone) return;
  const std::string& ours = cookies[position];
  treat_server_cookie(config, ours, response, outcome);
  const bool preserved = config.preserve && outcome.response == 'P';
  const bool has_ours = outcome.server == position;
  if (config.how != CookieConfig::How::kInsert || preserved) return;
  if (has_ours && !outcome.wants_dates) return;
  // A server without a value of its own: the client is not to come back with another's.
  if (ours.empty() && outcome.client == 'N') return;
  if (config.postonly && method != "POST") return;
  response.add("Set-Cookie", set_cookie_value(config, ours, now_s, outcome));
  outcome.response = has_ours ? 'U' : 'I';
  if (config.nocache) response.add("Cache-Control", "private");
}

}  // namespace hawser
