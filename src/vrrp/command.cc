// SPDX-License-Identifier: MIT
#include "vrrp/command.h"

#include <fmt/core.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/text.h"

namespace hawser {
namespace {

constexpr std::string_view kPath[] = {"/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/",
                                      "/usr/bin/",        "/sbin/",          "/bin/"};

// Empty: there is none.
std::string find_program(std::string_view name) {
  if (name.find('/') != name.npos) return std::string(name);
  for (const std::string_view folder : kPath) {
    std::string path = std::string(folder) + std::string(name);
    if (access(path.c_str(), X_OK) == 0) return path;
  }
  return {};
}

std::vector<std::string> words_of(std::string_view command) {
  std::vector<std::string> words;
  for (const std::string_view word : split(command, ' ')) {
    const std::string_view trimmed = trim(word);
    if (!trimmed.empty()) words.emplace_back(trimmed);
  }
  return words;
}

}  // namespace

std::vector<std::string> command_words(std::string_view command,
                                       const std::vector<std::string>& args) {
  constexpr std::string_view kShellCharacters = "|&;<>()$`\\\"'*?[]#~=%!{}\n\t";
  std::vector<std::string> words;
  if (command.find_first_of(kShellCharacters) == command.npos) {
    words = words_of(command);
    const std::string program = words.empty() ? "" : find_program(words.front());
    if (!program.empty()) {
      words.front() = program;
      words.insert(words.end(), args.begin(), args.end());
      return words;
    }
  }
  words = {"/bin/sh", "-c", std::string(command)};
  if (!args.empty()) {
    words.back() += " \"$@\"";
    words.emplace_back("sh");  // $0
    words.insert(words.end(), args.begin(), args.end());
  }
  return words;
}

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
