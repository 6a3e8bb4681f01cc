// SPDX-License-Identifier: MIT
#include "proxy/stream/bad_message.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace hawser {
namespace {

constexpr size_t kShownBytes = 1024;
constexpr size_t kLineBytes = 70;

// As HAProxy writes it.
std::string escaped(char c) {
  constexpr std::string_view kBytes = "\r\n\t\x1b\\", kNames = "rnte\\";
  if (const size_t i = kBytes.find(c); i != kBytes.npos) return {'\\', kNames[i]};
  const auto byte = static_cast<unsigned char>(c);
  if (byte < 0x20 || byte >= 0x7f) return fmt::format("\\x{:02X}", byte);
  return {c};
}

// Lines of the message with their offsets; '+' where a line goes on.
void append_dump(std::string& out, std::string_view bytes) {
  bool goes_on = false;
  for (size_t at = 0; at < bytes.size() && at < kShownBytes;) {
    const size_t newline = std::min(bytes.find('\n', at), bytes.size() - 1);
    const std::string_view line =
        bytes.substr(at, std::min({newline + 1 - at, kLineBytes, kShownBytes - at}));
    out += fmt::format("  {:05}{} ", at, goes_on ? '+' : ' ');
    for (const char c : line) out += escaped(c);
    out += '\n';
    goes_on = !line.ends_with('\n');
    at += line.size();
  }
}

}  // namespace

std::string describe_bad_message(const DataPlane::BadMessage& bad) {
  const time_t seconds = bad.when_us / 1'000'000;
  std::string out = fmt::format(
      "[{:%d/%b/%Y:%H:%M:%S}.{:03}] {} {}: invalid {}\n", fmt::localtime(seconds),
      bad.when_us / 1000 % 1000, bad.is_request ? "frontend" : "backend",
      bad.is_request ? bad.frontend : bad.backend, bad.is_request ? "request" : "response");
  out += fmt::format("  frontend {}, backend {}, server {}, event #{}, src {}\n", bad.frontend,
                     bad.backend.empty() ? "<NONE>" : bad.backend,
                     bad.server.empty() ? "<NONE>" : bad.server, bad.count, bad.client);
  out += fmt::format("  {} at position {} of {}:\n", bad.why, bad.position, bad.bytes.size());
  append_dump(out, bad.bytes);
  return out + '\n';
}

}  // namespace hawser
