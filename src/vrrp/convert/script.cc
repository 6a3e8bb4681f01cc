// SPDX-License-Identifier: MIT
// vrrp_script, track_file and vrrp_track_process.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "vrrp/convert/conversion.h"

namespace hawser::keepalived {
namespace {

// A test of a file, which needs no shell here.
struct FileTest {
  bool must_exist;
  std::string path;
};

// "[ ! -f PATH ]", "test -e PATH", also with "&& exit 1 || exit 0" after it; with one or two
// brackets. nullopt: it is something else.
std::optional<FileTest> parse_file_test(std::string_view command) {
  std::vector<std::string_view> words;
  for (const std::string_view word : split(command, ' ')) {
    if (!trim(word).empty()) words.push_back(trim(word));
  }
  size_t next = 0;
  const auto take = [&](std::string_view word) {
    const bool found = next < words.size() && words[next] == word;
    next += found ? 1 : 0;
    return found;
  };
  const std::string_view closing = take("[[") ? "]]" : take("[") ? "]" : take("test") ? "" : "?";
  if (closing == "?") return std::nullopt;
  const bool negated = take("!");
  if (!take("-f") && !take("-e")) return std::nullopt;
  if (next == words.size() || !words[next].starts_with('/')) return std::nullopt;
  FileTest out{!negated, std::string(words[next++])};
  if (out.path.find_first_of("$*?[`\"'\\;&|") != out.path.npos) return std::nullopt;
  if (!closing.empty() && !take(closing)) return std::nullopt;
  if (next == words.size()) return out;
  // What follows gives the exit code by itself.
  if (!take("&&") || !take("exit")) return std::nullopt;
  const bool fails = take("1");
  if (!fails && !take("0")) return std::nullopt;
  if (!take("||") || !take("exit") || !take(fails ? "0" : "1") || next != words.size()) {
    return std::nullopt;
  }
  if (fails) out.must_exist = !out.must_exist;
  return out;
}

// The program whose life a command looks at with "killall -0 NAME" and the like; "": none.
std::string watched_process(std::string_view command) {
  const auto words = split(command, ' ');
  if (words.size() < 2) return {};
  const std::string_view program = words[0].substr(words[0].rfind('/') + 1);
  const bool asks = (program == "killall" && words.size() == 3 && words[1] == "-0") ||
                    ((program == "pidof" || program == "pgrep") && words.size() == 2);
  return asks ? std::string(words.back()) : std::string();
}

void convert_command(Conversion& to, const Statement& from) {
  const std::string command = from.rest();
  if (command.empty()) return to.report.error(from.words[0], "'script' needs a command");
  if (const auto test = parse_file_test(command)) {
    const std::string_view keyword = test->must_exist ? "file" : "no-file";
    to.scripts.put(keyword, as_word(test->path));
    return to.report.became(
        from, fmt::format("{} {}: the same without a shell", keyword, as_word(test->path)));
  }
  to.scripts.put("command", as_word(command));
  const std::string process = watched_process(command);
  std::string became = "command " + as_word(command);
  if (process == "haproxy" || process == "nginx" || process == "hawser") {
    became += fmt::format(
        "; where hawser takes the place of {}, remove it: 'track-proxy' sees more", process);
  } else if (!process.empty()) {
    became += fmt::format("; 'track-process {}' is quicker and forks nothing", process);
  }
  to.report.became(from, became);
}

void convert_time(Conversion& to, const Statement& from) {
  const auto time = take_seconds(to.report, from);
  if (!time) return;
  if (*time == "0s") return to.report.error(from.words[0], fmt::format("'{}' is 0", from.name()));
  to.scripts.put(from.name(), *time);
  to.report.became(from, fmt::format("{} {}", from.name(), *time));
}

void convert_count(Conversion& to, const Statement& from) {
  const auto count = take_number(to.report, from, 1, 1000);
  if (!count) return;
  to.scripts.put(from.name(), fmt::to_string(*count));
  to.report.became(from, fmt::format("{} {}", from.name(), *count));
}

void convert_weight(Conversion& to, const Statement& from) {
  const auto weight = take_number(to.report, from, -253, 253);
  if (!weight) return;
  const bool reverse = from.argument(2) == "reverse";  // see options_text() of track lines
  const std::string value =
      fmt::format("{}{}", reverse ? -*weight : *weight, reverse ? " reverse" : "");
  to.scripts.put("weight", value);
  to.report.became(from, "weight " + value);
}

void convert_init_fail(Conversion& to, const Statement& from) {
  to.scripts.put("init-fail");
  to.report.became(from, "init-fail");
}

void convert_user(Conversion& to, const Statement& from) {
  to.report.became(from, fmt::format("user {}", from.argument()));
}

struct ScriptKeyword {
  std::string_view name;
  void (*convert)(Conversion& to, const Statement& from);
};
constexpr ScriptKeyword kKeywords[] = {
    {"script", convert_command}, {"interval", convert_time},       {"timeout", convert_time},
    {"rise", convert_count},     {"fall", convert_count},          {"weight", convert_weight},
    {"user", convert_user},      {"init_fail", convert_init_fail},
};

const Statement* find(const Statement& from, std::string_view name) {
  const auto found = std::find_if(from.block.begin(), from.block.end(),
                                  [&](const Statement& line) { return line.name() == name; });
  return found == from.block.end() ? nullptr : &*found;
}

// A block must have a name.
bool has_name(Conversion& to, const Statement& from) {
  if (from.words.size() > 1) return true;
  to.report.error(from.words[0], fmt::format("'{}' has no name", from.name()));
  return false;
}

}  // namespace

void read_script_weight(Conversion& to, const Statement& from) {
  if (!has_name(to, from)) return;
  int64_t weight = 0;
  if (const Statement* line = find(from, "weight")) {
    weight = parse_int(line->argument()).value_or(0);
  }
  to.script_weights[std::string(from.argument())] = weight;
}

void convert_script(Conversion& to, const Statement& from) {
  if (from.words.size() < 2) return;
  to.scripts.begin("vrrp-script " + as_name(from.argument()));
  to.report.became(from, "vrrp-script " + as_name(from.argument()));
  for (const Statement& line : from.block) {
    const auto row = std::find_if(std::begin(kKeywords), std::end(kKeywords),
                                  [&](const auto& known) { return known.name == line.name(); });
    if (row != std::end(kKeywords)) {
      row->convert(to, line);
      continue;
    }
    std::vector<std::string_view> names;
    for (const ScriptKeyword& known : kKeywords) names.push_back(known.name);
    to.unknown(line, "in a vrrp_script", names);
  }
  const Statement* command = find(from, "script");
  if (command == nullptr) {
    return to.report.error(from.words[0],
                           fmt::format("vrrp_script {} has no 'script'", quoted(from.argument())));
  }
  if (parse_file_test(command->rest())) return;
  const Statement* user = find(from, "user");
  to.scripts.put("user", as_word(user != nullptr ? user->argument() : to.globals.script_user));
}

void read_track_file(Conversion& to, const Statement& from) {
  if (!has_name(to, from)) return;
  TrackedFile file;
  if (const Statement* line = find(from, "file")) file.path = line->argument();
  if (const Statement* line = find(from, "weight")) {
    file.weight = take_number(to.report, *line, -254, 254).value_or(1);
    file.reverse = line->argument(2) == "reverse";
  }
  if (file.path.empty()) {
    return to.report.error(from.words[0],
                           fmt::format("track_file {} has no 'file'", quoted(from.argument())));
  }
  to.report.became(from, fmt::format("'track-file {}' where it is used", as_word(file.path)));
  to.files[std::string(from.argument())] = std::move(file);
}

void read_track_process(Conversion& to, const Statement& from) {
  if (!has_name(to, from)) return;
  TrackedProcess process;
  if (const Statement* line = find(from, "process")) process.process = line->argument();
  if (const Statement* line = find(from, "weight")) {
    process.weight = take_number(to.report, *line, -254, 254).value_or(0);
  }
  if (const Statement* line = find(from, "quorum")) {
    if (const auto quorum = take_number(to.report, *line, 1, 65535)) {
      process.options += fmt::format(" quorum {}", *quorum);
    }
  }
  if (const Statement* line = find(from, "delay")) {
    if (const auto delay = take_seconds(to.report, *line)) {
      process.options += fmt::format(" delay {}", *delay);
    }
  }
  if (process.process.empty()) {
    return to.report.error(from.words[0], fmt::format("vrrp_track_process {} has no 'process'",
                                                      quoted(from.argument())));
  }
  to.report.became(from, fmt::format("'track-process {}' where it is used", process.process));
  to.processes[std::string(from.argument())] = std::move(process);
}

}  // namespace hawser::keepalived
