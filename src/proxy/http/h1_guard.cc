// SPDX-License-Identifier: MIT
#include "proxy/http/h1_guard.h"

#include <algorithm>
#include <cstring>
#include <initializer_list>

#include "base/text.h"

namespace hawser {
namespace {

// The parts must lie in the bytes as the grammar says, with nothing between them but what it
// allows. This catches bare CR and LF, obs-fold and blanks before a colon at once, whatever the
// parser thought of them.
class Layout {
 public:
  explicit Layout(std::string_view raw) : at_(raw.data()), end_(raw.data() + raw.size()) {}
  bool part(std::string_view text) {
    if (text.data() != at_ || text.size() > left()) return false;
    at_ += text.size();
    return true;
  }
  // A template, so that the size is known and comparing is one instruction.
  template <size_t N>
  bool literal(const char (&text)[N]) {
    if (left() < N - 1 || std::memcmp(at_, text, N - 1) != 0) return false;
    at_ += N - 1;
    return true;
  }
  bool line_end() { return literal("\r\n"); }
  bool digit() { return at_ != end_ && is_digit(*at_++); }
  void blanks() {
    while (at_ != end_ && is_blank(*at_)) ++at_;
  }
  bool at_end() const { return at_ == end_; }
  const char* at() const { return at_; }

 private:
  size_t left() const { return static_cast<size_t>(end_ - at_); }
  const char* at_;
  const char* end_;
};

// Request-line = method SP request-target SP HTTP-version CRLF (RFC 9112, section 3).
bool request_line_fits(Layout& layout, Head& head) {
  // Empty lines before a request line are to be ignored (section 2.2).
  while (layout.line_end()) {
  }
  const char* begin = layout.at();
  const bool fits = layout.part(head.method) && layout.literal(" ") && layout.part(head.target) &&
                    layout.literal(" HTTP/1.") && layout.digit();
  head.start_line = std::string_view(begin, static_cast<size_t>(layout.at() - begin));
  return fits && layout.line_end();
}

// Status-line = HTTP-version SP 3DIGIT [ SP reason-phrase ] CRLF (section 4).
bool status_line_fits(Layout& layout, Head& head) {
  const char* begin = layout.at();
  bool fits = layout.literal("HTTP/1.") && layout.digit() && layout.literal(" ") &&
              layout.digit() && layout.digit() && layout.digit();
  if (layout.literal(" ") && !head.reason.empty()) fits = fits && layout.part(head.reason);
  head.start_line = std::string_view(begin, static_cast<size_t>(layout.at() - begin));
  return fits && layout.line_end();
}

bool fields_fit(Layout& layout, Head& head) {
  for (HeaderField& field : head.fields) {
    while (!field.value.empty() && is_blank(field.value.back())) field.value.remove_suffix(1);
    if (field.name.empty() || !layout.part(field.name) || !layout.literal(":")) return false;
    layout.blanks();
    if (!field.value.empty() && !layout.part(field.value)) return false;
    layout.blanks();
    if (!layout.line_end()) return false;
  }
  return layout.line_end() && layout.at_end();
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
  Layout layout(head.raw);
  if (facts.is_request ? !request_line_fits(layout, head) : !status_line_fits(layout, head)) {
    return facts.is_request ? "malformed request line" : "malformed status line";
  }
  if (!fields_fit(layout, head)) return "malformed header line";
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
