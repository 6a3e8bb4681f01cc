// SPDX-License-Identifier: MIT
#include "vrrp/command.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/assert.h"

namespace hawser {

std::string describe(const CommandEnd& end) {
  switch (end.how) {
    case CommandEnd::How::kExited:
      return fmt::format("exit code {}", end.code);
    case CommandEnd::How::kSignal:
      return fmt::format("killed by signal {}", end.code);
    case CommandEnd::How::kTimedOut:
      return "no end within its timeout";
    case CommandEnd::How::kNotStarted:
      return end.text;
  }
  HW_UNREACHABLE();
}

std::string first_line(std::string_view output) {
  constexpr size_t kMax = 200;
  const size_t start = output.find_first_not_of(" \t\r\n");
  if (start == output.npos) return {};
  output = output.substr(start);
  std::string line(output.substr(0, std::min(output.find_first_of("\r\n"), kMax)));
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return line;
}

}  // namespace hawser
