// SPDX-License-Identifier: MIT
// For tests of HTTP messages: text in, a head or text out.
#pragma once

#include <algorithm>
#include <sstream>
#include <string>

#include "base/testing.h"
#include "proxy/http/h1_parser.h"
#include "proxy/http/h1_writer.h"

namespace hawser {

// One message, parsed whole or in pieces of `step` bytes.
struct Parsed {
  explicit Parsed(std::string_view bytes, H1Parser::Kind kind = H1Parser::Kind::kRequest,
                  size_t step = SIZE_MAX)
      : text(bytes), parser(101) {
    parser.start(kind, head);
    for (size_t end = std::min(step, text.size());; end = std::min(end + step, text.size())) {
      status = parser.parse_head(std::string_view(text).substr(0, end));
      if (status != H1Parser::Status::kMore || end == text.size()) break;
    }
  }
  std::string text;
  Head head;
  H1Parser parser;
  H1Parser::Status status;
};

inline std::string text_of(const Pieces& pieces) {
  std::string out;
  for (const iovec& piece : pieces.span())
    out.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
  return out;
}

inline std::string written(const Head& head) {
  Pieces pieces;
  write_head(head, pieces);
  CHECK(pieces.size() == text_of(pieces).size());
  return text_of(pieces);
}

// All that is known of a message's head, a line each.
inline std::string parts_of(const Parsed& message) {
  const Head& head = message.head;
  std::ostringstream out;
  out << head.method << '\n'
      << head.target << '\n'
      << head.status << ' ' << head.reason << '\n'
      << int{head.minor} << '\n'
      << head.start_line << '\n'
      << "body " << static_cast<int>(head.body) << ' ' << head.length << '\n'
      << "says " << head.says_close << head.says_keep_alive << head.says_upgrade
      << head.expects_continue << head.uses_proxy_connection << '\n';
  for (const HeaderField& field : head.fields)
    out << static_cast<int>(field.id) << ' ' << field.name << ":[" << field.value << "]\n";
  return out.str();
}

// The fields of a head that goes out, one a line, without the start line.
inline std::string fields_of(const Head& head) {
  std::string out = written(head);
  out.erase(0, out.find("\r\n") + 2);
  out.erase(out.size() - 2);
  out.erase(std::remove(out.begin(), out.end(), '\r'), out.end());
  return out;
}

// A request or response with these fields, each ended by "\n".
inline std::string message_with(std::string_view start_line, std::string_view fields) {
  std::string out(start_line);
  out += "\r\n";
  for (const char c : fields) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out + "\r\n";
}

}  // namespace hawser
