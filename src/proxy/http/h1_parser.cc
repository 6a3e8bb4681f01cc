// SPDX-License-Identifier: MIT
#include "proxy/http/h1_parser.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/text.h"
#include "proxy/http/h1_scan.h"

namespace hawser {

// llhttp's callbacks. Spans come in pieces where the input did; the pieces lie one behind the
// other.
struct H1Callbacks {
  static H1Parser& self(llhttp_t* llhttp) { return *static_cast<H1Parser*>(llhttp->data); }

  static void extend(std::string_view& span, const char* at, size_t n) {
    span = span.empty() ? std::string_view(at, n) : std::string_view(span.data(), span.size() + n);
  }
  static int on_method(llhttp_t* llhttp, const char* at, size_t n) {
    if (self(llhttp).own_method_) return 0;
    extend(self(llhttp).head_->method, at, n);
    return 0;
  }
  static int on_url(llhttp_t* llhttp, const char* at, size_t n) {
    extend(self(llhttp).head_->target, at, n);
    return 0;
  }
  static int on_status(llhttp_t* llhttp, const char* at, size_t n) {
    extend(self(llhttp).head_->reason, at, n);
    return 0;
  }
  static int on_header_field(llhttp_t* llhttp, const char* at, size_t n) {
    H1Parser& parser = self(llhttp);
    // A chunked body may end in trailers, which pass through unchanged with the rest of the body.
    if (parser.head_done_) return 0;
    auto& fields = parser.head_->fields;
    if (!parser.field_open_) {
      if (fields.size() >= parser.max_fields_) {
        parser.too_many_ = true;
        return -1;
      }
      fields.emplace_back();
      parser.field_open_ = true;
    }
    extend(fields.back().name, at, n);
    return 0;
  }
  static int on_header_value(llhttp_t* llhttp, const char* at, size_t n) {
    H1Parser& parser = self(llhttp);
    if (!parser.head_done_) extend(parser.head_->fields.back().value, at, n);
    return 0;
  }
  static int on_header_value_complete(llhttp_t* llhttp) {
    self(llhttp).field_open_ = false;
    return 0;
  }
  static int on_headers_complete(llhttp_t*) { return HPE_PAUSED; }
  static int on_body(llhttp_t* llhttp, const char* at, size_t n) {
    H1Parser& parser = self(llhttp);
    if (parser.payload_ != nullptr) parser.payload_->append(at, n);
    return 0;
  }
  static int on_message_complete(llhttp_t* llhttp) {
    self(llhttp).body_done_ = true;
    return HPE_PAUSED;
  }

  static const llhttp_settings_t& settings() {
    static const llhttp_settings_t settings = [] {
      llhttp_settings_t s;
      llhttp_settings_init(&s);
      s.on_method = on_method;
      s.on_url = on_url;
      s.on_status = on_status;
      s.on_header_field = on_header_field;
      s.on_header_value = on_header_value;
      s.on_header_value_complete = on_header_value_complete;
      s.on_headers_complete = on_headers_complete;
      s.on_body = on_body;
      s.on_message_complete = on_message_complete;
      return s;
    }();
    return settings;
  }
};

void H1Parser::start(Kind kind, Head& head) {
  kind_ = kind;
  head_ = &head;
  head.clear();
  reason_ = {};
  parsed_ = 0;
  left_ = 0;
  has_scanned_ = own_method_ = field_open_ = too_many_ = head_done_ = body_done_ = bad_ = false;
}

void H1Parser::begin_llhttp() {
  llhttp_init(&llhttp_, kind_ == Kind::kRequest ? HTTP_REQUEST : HTTP_RESPONSE,
              &H1Callbacks::settings());
  llhttp_.data = this;
}

// llhttp knows a list of methods, HTTP does not (RFC 9110, section 9.1: a method is a token). It is
// told GET instead. false: the token is not complete yet, or bad() is set.
bool H1Parser::take_own_method(std::string_view input) {
  constexpr size_t kLongest = 64;
  size_t begin = 0;
  while (input.substr(begin).starts_with("\r\n")) begin += 2;
  size_t end = begin;
  while (end < input.size() && is_token_char(input[end])) ++end;
  const bool complete = end < input.size();
  if (end - begin > kLongest || (complete && (input[end] != ' ' || end == begin))) {
    bad_ = true;
    reason_ = "invalid method";
    parsed_ = end;
  }
  if (bad_ || !complete) return false;
  begin_llhttp();
  llhttp_execute(&llhttp_, "GET", 3);
  head_->method = input.substr(begin, end - begin);
  parsed_ = end;
  return true;
}

size_t H1Parser::scan(std::string_view input, HeadFacts& facts) {
  return kind_ == Kind::kRequest ? scan_request_head(input, max_fields_, *head_, facts)
                                 : scan_response_head(input, max_fields_, *head_, facts);
}

H1Parser::Status H1Parser::parse_head(std::string_view input) {
  if (std::exchange(has_scanned_, true)) return parse_with_llhttp(input);
  HeadFacts facts;
  if (const size_t size = scan(input, facts); size != 0) {
    parsed_ = size;
    head_->raw = input.substr(0, size);
    return judge({}, facts);
  }
  head_->clear();
  begin_llhttp();
  return parse_with_llhttp(input);
}

H1Parser::Status H1Parser::parse_with_llhttp(std::string_view input) {
  if (own_method_ && head_->method.empty() && !take_own_method(input))
    return bad_ ? Status::kBad : Status::kMore;
  const std::string_view fresh = input.substr(parsed_);
  if (fresh.empty()) return Status::kMore;
  const llhttp_errno result = llhttp_execute(&llhttp_, fresh.data(), fresh.size());
  if (result == HPE_INVALID_METHOD && !own_method_) {
    own_method_ = true;
    head_->method = {};
    return parse_with_llhttp(input);
  }
  if (result == HPE_OK) {
    parsed_ = input.size();
    return Status::kMore;
  }
  if (too_many_) return Status::kTooMany;
  if (result != HPE_PAUSED) {
    reason_ = llhttp_get_error_reason(&llhttp_);
    if (reason_.empty()) reason_ = llhttp_errno_name(result);
    const char* at = llhttp_get_error_pos(&llhttp_);
    if (at >= input.data() && at <= input.data() + input.size()) {
      parsed_ = static_cast<size_t>(at - input.data());
    }
    return Status::kBad;
  }
  parsed_ = static_cast<size_t>(llhttp_get_error_pos(&llhttp_) - input.data());
  head_->minor = llhttp_.http_minor;
  head_->status = llhttp_.status_code;
  head_->raw = input.substr(0, parsed_);
  const HeadFacts facts{.is_request = kind_ == Kind::kRequest,
                        .major = llhttp_.http_major,
                        .chunked = (llhttp_.flags & F_CHUNKED) != 0,
                        .has_length = (llhttp_.flags & F_CONTENT_LENGTH) != 0,
                        .length = llhttp_.content_length};
  return judge(guard_grammar(*head_, facts), facts);
}

// Of a complete head, which may have been refused already.
H1Parser::Status H1Parser::judge(std::string_view refused, const HeadFacts& facts) {
  head_done_ = true;
  reason_ = refused.empty() ? guard_meaning(*head_, facts) : refused;
  if (!reason_.empty()) return Status::kBad;
  left_ = head_->length;
  body_done_ = head_->body == BodyKind::kNone || (head_->body == BodyKind::kLength && left_ == 0);
  return Status::kDone;
}

uint64_t H1Parser::body_left() const {
  if (body_done_) return 0;
  return head_->body == BodyKind::kLength ? left_ : UINT64_MAX;
}

void H1Parser::skip_body(uint64_t n) {
  if (head_->body != BodyKind::kLength) return;
  left_ -= std::min(n, left_);
  body_done_ = left_ == 0;
}

size_t H1Parser::run_chunked(std::string_view input) {
  llhttp_resume(&llhttp_);
  const llhttp_errno result = llhttp_execute(&llhttp_, input.data(), input.size());
  if (result == HPE_OK) return input.size();
  const auto passed = static_cast<size_t>(llhttp_get_error_pos(&llhttp_) - input.data());
  if (result == HPE_PAUSED && body_done_) return std::min(passed, input.size());
  bad_ = true;
  reason_ = llhttp_get_error_reason(&llhttp_);
  return 0;
}

size_t H1Parser::pass_body(std::string_view input) {
  if (body_done_ || bad_ || input.empty()) return 0;
  switch (head_->body) {
    case BodyKind::kNone:
      return 0;
    case BodyKind::kLength: {
      const size_t n = std::min<uint64_t>(left_, input.size());
      left_ -= n;
      body_done_ = left_ == 0;
      return n;
    }
    case BodyKind::kChunked:
      return run_chunked(input);
    case BodyKind::kUntilClose:
      return input.size();
  }
  HW_UNREACHABLE();
}

size_t H1Parser::pass_body_payload(std::string_view input, std::string& out) {
  if (head_->body != BodyKind::kChunked) {
    const size_t n = pass_body(input);
    out.append(input.substr(0, n));
    return n;
  }
  payload_ = &out;
  const size_t n = pass_body(input);
  payload_ = nullptr;
  return n;
}

bool H1Parser::finish_at_close() {
  if (!body_done_ && head_done_ && head_->body == BodyKind::kUntilClose) body_done_ = true;
  return body_done_;
}

}  // namespace hawser
