// SPDX-License-Identifier: MIT
// Cookie persistence, whatever clients and servers send: other cookies stay as they are, and what a
// client is told to send names the server that answered. The first two bytes say how cookies are
// configured, the third which server answers; a line each are the values of Cookie fields and,
// after an empty line, of the server's Set-Cookie fields.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/text.h"
#include "proxy/http/cookie.h"
#include "proxy/http/h1_parser.h"

namespace {

using namespace hawser;
using How = CookieConfig::How;
using Kind = H1Parser::Kind;

constexpr int64_t kNow = 1'800'000'000;
const std::vector<std::string> kServers = {"a", "b", ""};  // the last one has no value

void configure(CookieConfig& cookie, uint8_t how, uint8_t attributes) {
  constexpr How kHow[] = {How::kRewrite, How::kInsert, How::kPrefix, How::kInsert};
  cookie.name = "C";
  cookie.how = kHow[how & 3];
  cookie.indirect = (how & 4) != 0;
  cookie.preserve = (how & 8) != 0;
  cookie.postonly = (how & 16) != 0;
  cookie.nocache = (how & 32) != 0;
  cookie.maxidle = std::chrono::seconds((attributes & 1) != 0 ? 600 : 0);
  cookie.maxlife = std::chrono::seconds((attributes & 2) != 0 ? 86'400 : 0);
  cookie.httponly = (attributes & 4) != 0;
  if ((attributes & 8) != 0) cookie.domains = {".example.com"};
}

// `lines` of fields of that name in a message; `parsed` says whether there is such a message.
struct Message {
  Message(Kind kind, std::string_view name, std::string_view lines)
      : text(kind == Kind::kRequest ? "GET / HTTP/1.1\r\nHost: h\r\n"
                                    : "HTTP/1.1 204 No Content\r\n"),
        parser(101) {
    for (const std::string_view line : split(lines, '\n')) {
      ((text += name) += ": ") += line;
      text += "\r\n";
    }
    text += "\r\n";
    parser.start(kind, head);
    parsed =
        parser.parse_head(text) == H1Parser::Status::kDone && parser.head_size() == text.size();
  }

  // The values of the fields of that name that go out.
  std::vector<std::string_view> values(std::string_view name) const {
    std::vector<std::string_view> out;
    for (const HeaderField& field : head.fields) {
      if (!field.dropped && iequals(field.name, name)) out.push_back(field.value);
    }
    for (const auto& [added, value] : head.added) {
      if (added == name) out.push_back(value);
    }
    return out;
  }

  std::string text;
  Head head;
  H1Parser parser;
  bool parsed;
};

std::vector<std::string> cookies_of(const std::vector<std::string_view>& fields) {
  std::vector<std::string> out;
  for (const std::string_view field : fields) {
    for (const std::string_view part : split(field, ';')) {
      if (!trim(part).empty()) out.emplace_back(trim(part));
    }
  }
  return out;
}

bool is_ours(std::string_view cookie) { return trim(cookie.substr(0, cookie.find('='))) == "C"; }

// What servers shall see of a client's cookies.
std::vector<std::string> expected(const CookieConfig& config, std::vector<std::string> cookies) {
  const auto ours = std::find_if(cookies.begin(), cookies.end(), is_ours);
  if (ours == cookies.end()) return cookies;
  if (config.how == How::kInsert && config.indirect) {
    cookies.erase(ours);
  } else if (config.how == How::kPrefix) {
    const size_t equals = ours->find('=');
    const size_t mark = equals == ours->npos ? equals : ours->find('~', equals);
    if (mark != ours->npos) *ours = "C=" + ours->substr(mark + 1);
  }
  return cookies;
}

CookieOutcome check_request(const ProxyConfig& backend, Message& request) {
  auto wanted = expected(backend.cookie, cookies_of(request.values("Cookie")));
  const CookieOutcome outcome = read_persistence(backend, kServers, request.head, kNow);
  auto seen = cookies_of(request.values("Cookie"));
  std::sort(wanted.begin(), wanted.end());
  std::sort(seen.begin(), seen.end());
  HW_ASSERT(wanted == seen);
  HW_ASSERT((outcome.client == 'V') == (outcome.server < kServers.size()));
  return outcome;
}

// The client sends what it was told, and nothing else.
void check_told(const ProxyConfig& backend, std::string_view set_cookie, uint32_t server) {
  Message next(Kind::kRequest, "Cookie", set_cookie.substr(0, set_cookie.find(';')));
  HW_ASSERT(next.parsed);
  HW_ASSERT(read_persistence(backend, kServers, next.head, kNow).server == server);
}

void check_response(const ProxyConfig& backend, Message& response, uint32_t server,
                    CookieOutcome outcome) {
  std::vector<std::string> foreign;
  for (const std::string_view value : response.values("Set-Cookie")) {
    if (value.find('=') == value.npos || !is_ours(value)) foreign.emplace_back(value);
  }
  write_persistence(backend, kServers, server, "GET", response.head, kNow, outcome);
  size_t kept = 0;
  for (const HeaderField& field : response.head.fields) {
    if (field.dropped || kept == foreign.size() || field.value != foreign[kept]) continue;
    ++kept;
  }
  HW_ASSERT(kept == foreign.size());
  for (const auto& [name, value] : response.head.added) {
    HW_ASSERT(name == "Cache-Control" || (name == "Set-Cookie" && is_ours(value)));
    HW_ASSERT(value.find_first_of("\r\n") == value.npos);
    if (name == "Set-Cookie" && !kServers[server].empty()) check_told(backend, value, server);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  ProxyConfig backend;
  configure(backend.cookie, data[0], data[1]);
  const std::string_view lines(reinterpret_cast<const char*>(data + 3), size - 3);
  const size_t end = std::min(lines.find("\n\n"), lines.size());
  Message request(Kind::kRequest, "Cookie", lines.substr(0, end));
  Message response(Kind::kResponse, "Set-Cookie", lines.substr(std::min(end + 2, lines.size())));
  if (!request.parsed || !response.parsed) return 0;
  const CookieOutcome outcome = check_request(backend, request);
  check_response(backend, response, data[2] % kServers.size(), outcome);
  return 0;
}
