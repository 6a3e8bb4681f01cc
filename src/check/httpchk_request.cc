// SPDX-License-Identifier: MIT
#include "check/httpchk_request.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace hawser {
namespace {

// Methods whose requests have no body unless one is given; all others say so with a length of 0.
bool has_no_body(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "DELETE";
}

struct HeaderLine {
  std::string name;  // in lower case
  std::string_view value;
};

Result<HeaderLine> parse_header(std::string_view line) {
  const size_t colon = line.find(':');
  if (colon == line.npos || !is_token(line.substr(0, colon))) {
    return Error{fmt::format("{} is not a header line: a name, a colon and a value are expected",
                             quoted(line))};
  }
  const std::string_view value = trim(line.substr(colon + 1));
  if (std::any_of(value.begin(), value.end(), [](char c) { return is_control(c) && c != '\t'; })) {
    return Error{fmt::format("control character in the header line {}", quoted(line))};
  }
  return HeaderLine{to_lower(line.substr(0, colon)), value};
}

// Collects the header lines that the administrator gave.
class Headers {
 public:
  Headers(size_t body_size) : body_size_(body_size) {}

  Result<void> add(std::string_view line) {
    const auto header = parse_header(line);
    if (!header) return header.error();
    if (header->name == "transfer-encoding") {
      return Error{
          "transfer-encoding cannot be chosen: the request's body is sent with its length"};
    }
    if (header->name == "connection") return {};
    if (header->name == "host" && std::exchange(has_host_, true)) {
      return Error{"more than one host header"};
    }
    if (header->name == "content-length") {
      if (std::exchange(has_length_, true) || parse_uint(header->value) != body_size_) {
        return Error{fmt::format("content-length {} does not fit a body of {} bytes",
                                 quoted(header->value), body_size_)};
      }
    }
    text_ += fmt::format("{}: {}\r\n", header->name, header->value);
    return {};
  }

  const std::string& text() const { return text_; }
  bool has_length() const { return has_length_; }

 private:
  size_t body_size_;
  std::string text_;
  bool has_host_ = false, has_length_ = false;
};

// The part of `text` before the first line end, which is removed together with it.
std::string_view take_line(std::string_view& text) {
  const size_t end = text.find("\r\n");
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 2);
  return line;
}

}  // namespace

Result<void> check_httpchk_method(std::string_view method) {
  if (is_token(method)) return {};
  return Error{fmt::format("{} is not an HTTP method", quoted(method))};
}

Result<void> check_httpchk_uri(std::string_view uri) {
  if (!uri.empty() && std::none_of(uri.begin(), uri.end(), [](char c) {
        return c == ' ' || is_control(c) || static_cast<unsigned char>(c) >= 0x80;
      })) {
    return {};
  }
  return Error{
      fmt::format("{} is not a request target: blanks, control and non-ASCII characters "
                  "must be written as %XX",
                  quoted(uri))};
}

Result<std::string> httpchk_request(std::string_view method, std::string_view uri,
                                    std::string_view version) {
  std::string_view rest = version;
  const std::string_view protocol = take_line(rest);
  if (protocol != "HTTP/1.0" && protocol != "HTTP/1.1") {
    return Error{fmt::format("HTTP/1.0 or HTTP/1.1 is expected, got {}", quoted(protocol))};
  }
  const size_t end_of_headers = rest.starts_with("\r\n") ? 0 : rest.find("\r\n\r\n");
  std::string_view body;
  if (end_of_headers != rest.npos) {
    body = rest.substr(end_of_headers + (end_of_headers == 0 ? 2 : 4));
    rest = rest.substr(0, end_of_headers);
  }
  Headers headers(body.size());
  while (!rest.empty()) {
    if (auto added = headers.add(take_line(rest)); !added) return added.error();
  }

  std::string request = fmt::format("{} {} {}\r\n{}", method, uri, protocol, headers.text());
  if (!headers.has_length() && (!body.empty() || !has_no_body(method))) {
    request += fmt::format("content-length: {}\r\n", body.size());
  }
  if (protocol == "HTTP/1.1") request += "connection: close\r\n";
  request += "\r\n";
  return request.append(body);
}

}  // namespace hawser
