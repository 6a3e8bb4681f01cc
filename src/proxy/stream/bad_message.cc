// SPDX-License-Identifier: MIT
#include "proxy/stream/bad_message.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

namespace hawser {
namespace {

constexpr size_t kShownBytes = 1024;

// Lines of the message with their offsets, control characters escaped.
void append_dump(std::string& out, std::string_view bytes) {
  for (size_t at = 0; at < bytes.size() && at < kShownBytes;) {
    const size_t end = std::min({bytes.find('\n', at), at + 70, bytes.size() - 1});
    out += fmt::format("  {:05}  ", at);
    for (const char c : bytes.substr(at, end - at + 1)) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '\r')
        out += "\\r";
      else if (c == '\n')
        out += "\\n";
      else if (byte < 0x20 || byte >= 0x7f)
        out += fmt::format("\\x{:02X}", byte);
      else
        out += c;
    }
    out += '\n';
    at = end + 1;
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
