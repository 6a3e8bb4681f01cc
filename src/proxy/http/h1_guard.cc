// SPDX-License-Identifier: MIT
#include "proxy/http/h1_guard.h"

#include <algorithm>
#include <initializer_list>

#include "base/text.h"
#include "proxy/http/cursor.h"

namespace hawser {
namespace {

// The parts must lie in the bytes as the grammar says, with nothing between them but what it
// allows. This catches bare CR and LF, obs-fold and blanks before a colon at once, whatever the
// parser thought of them.
//
// Request-line = method SP request-target SP HTTP-version CRLF (RFC 9112, section 3).
bool request_line_fits(Cursor& in, Head& head) {
  // Empty lines before a request line are to be ignored (section 2.2).
  while (in.line_end()) {
  }
  const char* begin = in.at();
  const bool fits = in.part(head.method) && in.literal(" ") && in.part(head.target) &&
                    in.literal(" HTTP/1.") && in.digit() >= 0;
  head.start_line = in.since(begin);
  return fits && in.line_end();
}

// Status-line = HTTP-version SP 3DIGIT [ SP reason-phrase ] CRLF (section 4).
bool status_line_fits(Cursor& in, Head& head) {
  const char* begin = in.at();
  bool fits = in.literal("HTTP/1.") && in.digit() >= 0 && in.literal(" ") && in.digit() >= 0 &&
              in.digit() >= 0 && in.digit() >= 0;
  if (in.literal(" ") && !head.reason.empty()) fits = fits && in.part(head.reason);
  head.start_line = in.since(begin);
  return fits && in.line_end();
}

bool fields_fit(Cursor& in, Head& head) {
  for (HeaderField& field : head.fields) {
    while (!field.value.empty() && is_blank(field.value.back())) field.value.remove_suffix(1);
    if (field.name.empty() || !in.part(field.name) || !in.literal(":")) return false;
    in.blanks();
    if (!field.value.empty() && !in.part(field.value)) return false;
    in.blanks();
    if (!in.line_end()) return false;
  }
  return in.line_end() && in.at_end();
}

void read_connection_options(Head& head, std::string_view value) {
  while (!value.empty()) {
    const size_t comma = std::min(value.find(','), value.size());
    const std::string_view option = trim(value.substr(0, comma));
    value.remove_prefix(std::min(comma + 1, value.size()));
    if (iequals(option, "close")) head.says_close = true;
    if (iequals(option, "keep-alive")) head.says_keep_alive = true;
    if (iequals(option, "upgrade")) head.says_upgrade = true;
  }
}

// host[:port], without userinfo; enough to know that no two readings are possible.
constexpr CharSet kNotInHost([](char c) {
  return is_control(c) || is_blank(c) || c == '/' || c == '?' || c == '#' || c == '@' || c == ',' ||
         c == '\\';
});
bool is_host(std::string_view host) { return !kNotInHost.has_any_of(host); }

std::string_view without_port(std::string_view host, std::string_view port) {
  if (host.ends_with(port)) host.remove_suffix(port.size());
  return host;
}

// The same host, and the same port where one of them leaves a default one out.
bool agree(std::string_view authority, std::string_view host,
           std::initializer_list<std::string_view> default_ports) {
  return iequals(authority, host) ||
         std::any_of(default_ports.begin(), default_ports.end(), [&](std::string_view port) {
           return iequals(without_port(authority, port), without_port(host, port));
         });
}

// RFC 9112, section 3.2: the forms of a target, and the Host that must agree with it.
std::string_view check_target(const Head& head, std::string_view host, size_t hosts) {
  if (hosts > 1) return "more than one Host";
  if (hosts == 0 && head.minor >= 1) return "no Host in an HTTP/1.1 request";
  if (!is_host(host)) return "invalid Host";
  if (head.is_connect()) {
    // authority-form: host and port
    const size_t colon = head.target.rfind(':');
    if (colon == head.target.npos || colon + 1 == head.target.size() || !is_host(head.target)) {
      return "invalid CONNECT target";
    }
    const bool differs = hosts == 1 && !agree(head.target, host, {":80", ":443"});
    return differs ? "Host differs from the request target" : "";
  }
  if (head.target.starts_with('/')) return {};
  if (head.target == "*") return head.method == "OPTIONS" ? "" : "asterisk target without OPTIONS";
  const size_t scheme = head.target.find("://");
  if (scheme == head.target.npos || scheme == 0) return "invalid request target";
  std::string_view authority = head.target.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?"));
  if (authority.empty() || !is_host(authority)) return "invalid authority in the request target";
  const bool is_https = iequals(head.target.substr(0, scheme), "https");
  if (hosts == 1 && !agree(authority, host, {is_https ? ":443" : ":80"})) {
    return "Host differs from the request target";
  }
  return {};
}

}  // namespace

std::string_view guard_grammar(Head& head, const HeadFacts& facts) {
  if (facts.major != 1) return "unsupported HTTP version";
  Cursor in(head.raw);
  if (facts.is_request ? !request_line_fits(in, head) : !status_line_fits(in, head)) {
    return facts.is_request ? "malformed request line" : "malformed status line";
  }
  if (!fields_fit(in, head)) return "malformed header line";
  // RFC 9110, section 5.5: none but the ends of the lines, of which the head has two more than
  // fields.
  const auto ignored = static_cast<size_t>(head.start_line.data() - head.raw.data());
  if (count_controls(head.raw.substr(ignored)) != 2 * (head.fields.size() + 2)) {
    if (has_control(head.target)) return "control character in the target";
    return has_control(head.start_line) ? "control character in the status line"
                                        : "control character in a header";
  }
  // A tab is none of them. Rules and servers disagree about what a path with a fragment is
  // (RFC 9112, section 3.2: none).
  if (head.target.find('\t') != head.target.npos) return "control character in the target";
  if (head.target.find('#') != head.target.npos) return "fragment in the request target";
  for (HeaderField& field : head.fields) field.id = header_id(field.name);
  return {};
}

std::string_view guard_meaning(Head& head, const HeadFacts& facts) {
  std::string_view host;
  size_t hosts = 0, lengths = 0, codings = 0;
  bool only_chunked = true;
  bool upgrade = false;
  for (const HeaderField& field : head.fields) {
    switch (field.id) {
      case HeaderId::kHost:
        host = field.value;
        ++hosts;
        break;
      case HeaderId::kConnection:
        read_connection_options(head, field.value);
        break;
      case HeaderId::kContentLength:
        ++lengths;
        break;
      case HeaderId::kTransferEncoding:
        ++codings;
        only_chunked = iequals(field.value, "chunked");
        break;
      case HeaderId::kUpgrade:
        upgrade = true;
        break;
      case HeaderId::kExpect:
        head.expects_continue = iequals(field.value, "100-continue");
        break;
      case HeaderId::kProxyConnection:
        head.uses_proxy_connection = true;
        break;
      default:
        break;
    }
  }
  // In an HTTP/1.0 request it is to be ignored (RFC 9110, section 7.8).
  if (!upgrade || (facts.is_request && head.minor == 0)) head.says_upgrade = false;
  if (facts.is_request) {
    if (const std::string_view bad = check_target(head, host, hosts); !bad.empty()) return bad;
  }

  // RFC 9112, section 6.3; a message with both is refused rather than repaired.
  if (lengths > 1) return "more than one Content-Length";
  if (lengths != 0 && codings != 0) return "Content-Length and Transfer-Encoding in one message";
  if (codings != 0 && head.minor == 0) return "Transfer-Encoding in an HTTP/1.0 message";
  // Other codings are not ours to pass on: who reads them differently sees another message.
  if (codings > 1 || !only_chunked) return "a Transfer-Encoding other than chunked";
  if (facts.chunked) {
    head.body = BodyKind::kChunked;
  } else if (facts.has_length) {
    head.body = BodyKind::kLength;
    head.length = facts.length;
  } else if (facts.is_request || head.status < 200 || head.status == 204 || head.status == 304) {
    head.body = BodyKind::kNone;
  } else {
    head.body = BodyKind::kUntilClose;
  }
  // A response without content has none, whatever its fields announce.
  if (!facts.is_request && (head.status < 200 || head.status == 204 || head.status == 304)) {
    head.body = BodyKind::kNone;
  }
  return {};
}

}  // namespace hawser
