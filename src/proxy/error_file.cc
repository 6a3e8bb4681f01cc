// SPDX-License-Identifier: MIT
#include "proxy/error_file.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <optional>

#include "base/fd.h"
#include "base/text.h"

namespace hawser {
namespace {

// Takes the next line off `text`, without its end; nullopt: there is no line end.
std::optional<std::string_view> take_line(std::string_view& text) {
  const size_t end = text.find('\n');
  if (end == text.npos) return std::nullopt;
  std::string_view line = text.substr(0, end);
  if (line.ends_with('\r')) line.remove_suffix(1);
  text.remove_prefix(end + 1);
  return line;
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

// "HTTP/1.0 503 Service Unavailable"; the status, or nullopt.
std::optional<uint64_t> parse_status_line(std::string_view line) {
  if (!line.starts_with("HTTP/1.0 ") && !line.starts_with("HTTP/1.1 ")) return std::nullopt;
  line.remove_prefix(9);
  if (line.size() < 3 || (line.size() > 3 && line[3] != ' ')) return std::nullopt;
  const auto status = parse_uint(line.substr(0, 3));
  if (!status || *status < 200 || *status > 599) return std::nullopt;
  return status;
}

// What the header fields say about the body.
struct Framing {
  std::optional<uint64_t> length;
};

Result<void> take_field(std::string_view line, Framing& framing) {
  const size_t colon = line.find(':');
  if (colon == line.npos || !is_token(line.substr(0, colon)) || has_control_character(line)) {
    return Error{fmt::format("{} is not a header field", quoted(line))};
  }
  const std::string_view name = line.substr(0, colon), value = trim(line.substr(colon + 1));
  if (iequals(name, "transfer-encoding")) {
    return Error{"a response with Transfer-Encoding cannot be an error page"};
  }
  if (!iequals(name, "content-length")) return {};
  const auto length = parse_uint(value);
  if (!length || (framing.length && *framing.length != *length)) {
    return Error{fmt::format("{} is not a usable Content-Length", quoted(value))};
  }
  framing.length = length;
  return {};
}

Result<void> check_body(std::string_view body, uint64_t status, const Framing& framing) {
  if (status == 204 || status == 304) {
    if (!body.empty()) return Error{fmt::format("a response with status {} has no body", status)};
    return {};
  }
  if (framing.length && *framing.length != body.size()) {
    return Error{fmt::format("Content-Length is {} but the body has {} bytes", *framing.length,
                             body.size())};
  }
  return {};
}

}  // namespace

Result<std::string> check_error_response(std::string_view raw) {
  if (raw.empty()) return std::string();
  std::string_view rest = raw;
  const auto first = take_line(rest);
  const auto status = first ? parse_status_line(*first) : std::nullopt;
  if (!status || has_control_character(*first)) {
    return Error{"it does not begin with a status line, as in 'HTTP/1.1 503 Service Unavailable'"};
  }
  std::string out(*first);
  out += "\r\n";
  Framing framing;
  for (;;) {
    const auto line = take_line(rest);
    if (!line) return Error{"there is no empty line after the header fields"};
    (out += *line) += "\r\n";
    if (line->empty()) break;
    if (const auto result = take_field(*line, framing); !result) return result.error();
  }
  if (const auto result = check_body(rest, *status, framing); !result) return result.error();
  out += rest;
  return out;
}

Result<std::string> read_error_file(const std::string& path, size_t limit) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return errno_error("cannot open " + quoted(path), errno);
  std::string raw;
  std::array<char, 4096> chunk;
  for (;;) {
    const ssize_t got = ::read(file.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno_error("cannot read " + quoted(path), errno);
    if (got == 0) break;
    raw.append(chunk.data(), static_cast<size_t>(got));
    if (raw.size() > limit) {
      return Error{fmt::format("{} is larger than 'tune.bufsize', {} bytes", quoted(path), limit)};
    }
  }
  auto response = check_error_response(raw);
  if (!response) return Error{quoted(path) + ": " + response.error().text};
  return response;
}

}  // namespace hawser
