// SPDX-License-Identifier: MIT
// A message of HTTP/1 is read the same however it is cut into pieces, and what was read and written
// again is the same message to the next reader. The first byte says which kind of message, the
// second how long the pieces are.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "proxy/http/h1_parser.h"
#include "proxy/http/h1_writer.h"

namespace {

using namespace hawser;
using Kind = H1Parser::Kind;
using Status = H1Parser::Status;

constexpr uint32_t kMaxFields = 101;  // the default of tune.http.maxhdr

// `bytes` must outlive it.
struct Message {
  Message(Kind kind, std::string_view bytes, size_t piece) : parser(kMaxFields) {
    parser.start(kind, head);
    size_t end = 0;
    do {
      end = std::min(bytes.size(), end + piece);
      status = parser.parse_head(bytes.substr(0, end));
    } while (status == Status::kMore && end < bytes.size());
    if (status == Status::kDone) read_body(bytes.substr(parser.head_size()), piece);
  }

  void read_body(std::string_view rest, size_t piece) {
    while (!rest.empty() && !parser.body_done() && !parser.bad()) {
      const std::string_view next = rest.substr(0, piece);
      const size_t passed = parser.pass_body_payload(next, payload);
      HW_ASSERT(passed <= next.size());
      HW_ASSERT(passed == next.size() || parser.body_done() || parser.bad());
      rest.remove_prefix(passed);
      body_size += passed;
    }
  }

  Head head;
  H1Parser parser;
  Status status = Status::kMore;
  std::string payload;
  size_t body_size = 0;
};

void check_same_head(const Head& a, const Head& b) {
  HW_ASSERT(a.method == b.method && a.target == b.target && a.status == b.status);
  HW_ASSERT(a.minor == b.minor && a.start_line == b.start_line);
  HW_ASSERT(a.body == b.body && a.length == b.length);
  HW_ASSERT(a.says_close == b.says_close && a.says_keep_alive == b.says_keep_alive);
  HW_ASSERT(a.says_upgrade == b.says_upgrade && a.expects_continue == b.expects_continue);
  HW_ASSERT(a.fields.size() == b.fields.size());
  for (size_t i = 0; i < a.fields.size(); ++i) {
    HW_ASSERT(a.fields[i].name == b.fields[i].name && a.fields[i].value == b.fields[i].value);
    HW_ASSERT(a.fields[i].id == b.fields[i].id);
  }
}

bool is_refused(const Message& message) {
  return message.status == Status::kBad || message.status == Status::kTooMany;
}

void check_pieces(const Message& whole, const Message& pieces) {
  // The name of a field too many may be invalid as well: what is seen first depends on the cut.
  HW_ASSERT(is_refused(whole) ? is_refused(pieces) : whole.status == pieces.status);
  if (whole.status == Status::kBad) HW_ASSERT(!whole.parser.reason().empty());
  if (whole.status != Status::kDone) return;
  HW_ASSERT(whole.parser.head_size() == pieces.parser.head_size());
  check_same_head(whole.head, pieces.head);
  HW_ASSERT(whole.parser.bad() == pieces.parser.bad());
  HW_ASSERT(whole.parser.body_done() == pieces.parser.body_done());
  if (whole.parser.bad()) return;
  HW_ASSERT(whole.payload == pieces.payload && whole.body_size == pieces.body_size);
}

void check_written(Kind kind, const Message& message) {
  Pieces pieces;
  write_head(message.head, pieces);
  std::string text;
  for (const iovec& piece : pieces.span())
    text.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
  const Message again(kind, text, text.size());
  HW_ASSERT(again.status == Status::kDone && again.parser.head_size() == text.size());
  check_same_head(message.head, again.head);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  const Kind kind = (data[0] & 1) != 0 ? Kind::kResponse : Kind::kRequest;
  const size_t piece = std::max<size_t>(data[1], 1);
  const std::string_view bytes(reinterpret_cast<const char*>(data + 2), size - 2);
  const Message whole(kind, bytes, bytes.size());
  check_pieces(whole, Message(kind, bytes, piece));
  if (whole.status == Status::kDone) check_written(kind, whole);
  return 0;
}
