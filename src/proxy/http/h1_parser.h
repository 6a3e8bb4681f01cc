// SPDX-License-Identifier: MIT
// HTTP/1 messages: h1_scan or llhttp gives the parts of the head, h1_guard refuses what could be
// read in two ways, and this keeps count of where the body ends. No I/O, no clock.
#pragma once

#include <llhttp.h>

#include <cstdint>
#include <string_view>

#include "proxy/http/h1_guard.h"
#include "proxy/http/head.h"

namespace hawser {

class H1Parser {
 public:
  enum class Kind : uint8_t { kRequest, kResponse };
  enum class Status : uint8_t {
    kMore,     // the head is not complete
    kDone,     // the head is complete: head() is filled, head_size() bytes belong to it
    kBad,      // refused: reason() says why
    kTooMany,  // more header lines than allowed
  };

  // `max_fields`: tune.http.maxhdr.
  explicit H1Parser(uint32_t max_fields) : max_fields_(max_fields) {}
  H1Parser(const H1Parser&) = delete;
  H1Parser& operator=(const H1Parser&) = delete;

  // A new message. `head` is cleared and filled while parsing.
  void start(Kind kind, Head& head);

  // `input` begins with the message and holds what has been received of it; call again with more.
  // The bytes must not move between calls, nor after kDone until the head is no longer needed; when
  // they must, start() anew.
  Status parse_head(std::string_view input);
  size_t head_size() const { return parsed_; }
  // Bytes of the message looked at so far.
  size_t parsed() const { return parsed_; }
  std::string_view reason() const { return reason_; }

  // For a response, before its body: it answers HEAD, or CONNECT with 2xx.
  void set_no_body() {
    head_->body = BodyKind::kNone;
    body_done_ = true;
  }

  // How many bytes of `input`, the next bytes after the head, belong to the body with its framing;
  // remembers them as passed. body_done() afterwards: the message is complete. bad(): invalid
  // chunking.
  size_t pass_body(std::string_view input);
  // The same, and appends the payload without chunk framing to `out`.
  size_t pass_body_payload(std::string_view input, std::string& out);
  bool body_done() const { return body_done_; }
  bool bad() const { return bad_; }
  bool is_chunked() const { return head_->body == BodyKind::kChunked; }
  // Body bytes still to come; UINT64_MAX: unknown.
  uint64_t body_left() const;
  // Notes that `n` bytes of a kLength body went by elsewhere (splice).
  void skip_body(uint64_t n);
  // The peer closed: ends a kUntilClose body; anything else that is not done was cut off.
  bool finish_at_close();

 private:
  friend struct H1Callbacks;
  size_t scan(std::string_view input, HeadFacts& facts);
  void begin_llhttp();
  Status parse_with_llhttp(std::string_view input);
  Status judge(std::string_view refused, const HeadFacts& facts);
  bool take_own_method(std::string_view input);
  size_t run_chunked(std::string_view input);

  llhttp_t llhttp_;  // begun when h1_scan has left the head to it
  Head* head_ = nullptr;
  std::string* payload_ = nullptr;
  std::string_view reason_;
  size_t parsed_ = 0;
  uint64_t left_ = 0;  // of a kLength body
  uint32_t max_fields_;
  Kind kind_ = Kind::kRequest;
  bool has_scanned_ = false;
  bool field_open_ = false;  // the last field's value may still grow
  bool own_method_ = false;  // a method that llhttp does not know
  bool too_many_ = false;
  bool head_done_ = false;
  bool body_done_ = false;
  bool bad_ = false;
};

}  // namespace hawser
