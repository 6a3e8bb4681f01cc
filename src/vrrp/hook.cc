// SPDX-License-Identifier: MIT
#include "vrrp/hook.h"

#include <fmt/format.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/text.h"

namespace hawser {
namespace {

constexpr std::string_view kShell = "/bin/sh";

// Characters that mean something to a shell outside of quotes, and what is a command of the shell
// only.
constexpr std::string_view kShellCharacters = "|&;<>()$`*?[]{}~#!\n";
constexpr std::string_view kShellWords[] = {".",    "case",   "cd",     "command", "eval",
                                            "exec", "exit",   "export", "for",     "if",
                                            "set",  "ulimit", "umask",  "until",   "while"};

// Cuts a command as a shell would; nullopt: it takes a shell to understand it.
std::optional<std::vector<std::string>> cut_words(std::string_view text) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = '\0';
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quote == '\0' && is_blank(c)) {
      in_word = false;
      continue;
    }
    if (!in_word) {
      words.emplace_back();
      in_word = true;
    }
    if (c == quote) {
      quote = '\0';
    } else if (quote == '\0' && (c == '"' || c == '\'')) {
      quote = c;
    } else if ((quote == '"' && (c == '$' || c == '`')) ||
               (quote == '\0' && kShellCharacters.find(c) != kShellCharacters.npos)) {
      return std::nullopt;
    } else {
      if (c == '\\' && quote != '\'') {
        if (++i == text.size()) return std::nullopt;
        c = text[i];
      }
      words.back() += c;
    }
  }
  if (quote != '\0' || words.empty()) return std::nullopt;
  const std::string& first = words.front();
  const bool builtin =
      std::find(std::begin(kShellWords), std::end(kShellWords), first) != std::end(kShellWords);
  const bool assignment = first.find('=') != first.npos && first.find('/') > first.find('=');
  if (builtin || assignment) return std::nullopt;
  return words;
}

// The part of a path that is looked at.
struct Component {
  std::string path;
  struct stat status;
  bool is_directory() const { return S_ISDIR(status.st_mode); }
};

bool in_group(const passwd& user, gid_t group) {
  if (user.pw_gid == group) return true;
  int count = 64;
  std::vector<gid_t> groups(static_cast<size_t>(count));
  if (getgrouplist(user.pw_name, user.pw_gid, groups.data(), &count) < 0) return false;
  groups.resize(static_cast<size_t>(count));
  return std::find(groups.begin(), groups.end(), group) != groups.end();
}

// Whether `user` may search the directory or run the file, by its mode.
bool may_execute(const passwd& user, const Component& part) {
  const mode_t mode = part.status.st_mode;
  if (user.pw_uid == 0) return part.is_directory() || (mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0;
  if (part.status.st_uid == user.pw_uid) return (mode & S_IXUSR) != 0;
  if (in_group(user, part.status.st_gid)) return (mode & S_IXGRP) != 0;
  return (mode & S_IXOTH) != 0;
}

std::string name_of_user(uid_t uid) {
  const passwd* entry = getpwuid(uid);
  return entry != nullptr ? entry->pw_name : fmt::to_string(uid);
}

std::string name_of_group(gid_t gid) {
  const group* entry = getgrgid(gid);
  return entry != nullptr ? entry->gr_name : fmt::to_string(gid);
}

// In a directory with the sticky bit nobody can replace what belongs to others.
std::optional<HookProblem> check_writers(const passwd& user, const Component& part) {
  const mode_t mode = part.status.st_mode;
  const bool sticky = part.is_directory() && (mode & S_ISVTX) != 0;
  const uid_t owner = part.status.st_uid;
  if (owner != 0 && owner != user.pw_uid) {
    return HookProblem{
        .text = fmt::format("{} would run as '{}' but belongs to '{}', who can change it",
                            quoted(part.path), user.pw_name, name_of_user(owner)),
        .hint = fmt::format("chown root {}", part.path)};
  }
  if ((mode & S_IWOTH) != 0 && !sticky) {
    return HookProblem{.text = fmt::format("{} can be changed by everybody", quoted(part.path)),
                       .hint = fmt::format("chmod o-w {}", part.path)};
  }
  const gid_t group = part.status.st_gid;
  if ((mode & S_IWGRP) != 0 && !sticky && group != 0 && group != user.pw_gid) {
    return HookProblem{.fatal = false,
                       .text = fmt::format("{} can be changed by the group '{}'", quoted(part.path),
                                           name_of_group(group)),
                       .hint = fmt::format("chmod g-w {}", part.path)};
  }
  return std::nullopt;
}

std::optional<HookProblem> missing(const std::string& path, int error) {
  const bool absent = error == ENOENT || error == ENOTDIR;
  return HookProblem{
      .fatal = !absent,
      .text = absent ? fmt::format("{} does not exist, so the command will fail", quoted(path))
                     : fmt::format("{}: {}", quoted(path), std::generic_category().message(error)),
      .hint = {}};
}

std::optional<HookProblem> check_program(const passwd& user, const std::string& path) {
  char resolved[PATH_MAX];
  if (realpath(path.c_str(), resolved) == nullptr) return missing(path, errno);
  const std::string full = resolved;
  std::optional<HookProblem> worst;
  for (size_t end = full.find('/', 1);; end = full.find('/', end + 1)) {
    Component part{full.substr(0, end), {}};
    if (stat(part.path.c_str(), &part.status) != 0) return missing(part.path, errno);
    const bool last = end == full.npos;
    if (last && !S_ISREG(part.status.st_mode)) {
      return HookProblem{.text = fmt::format("{} is not a file", quoted(path)), .hint = {}};
    }
    if (!may_execute(user, part)) {
      return HookProblem{.text = fmt::format("the user '{}' cannot {} {}", user.pw_name,
                                             last ? "run" : "look into", quoted(part.path)),
                         .hint = fmt::format("chmod +x {}, or let another user run it", part.path)};
    }
    if (auto found = check_writers(user, part); found && (!worst || found->fatal)) worst = found;
    if (last) return worst;
  }
}

// "[[" is bash's. Elsewhere it is a command that is not found, so the hook always fails.
std::optional<HookProblem> check_shell(std::string_view text) {
  if (!text.starts_with("[[ ") && text.find(" [[ ") == text.npos) return std::nullopt;
  char shell[PATH_MAX];
  if (realpath(std::string(kShell).c_str(), shell) == nullptr) return std::nullopt;
  if (std::string_view(shell).ends_with("/bash")) return std::nullopt;
  return HookProblem{
      .text = fmt::format("'[[' is a word of bash, and {} is {}", kShell, shell),
      .hint = "write '[', or 'no-file <path>' in the vrrp-script section, or call bash -c"};
}

}  // namespace

std::vector<std::string> hook_arguments(std::string_view text, std::span<const std::string> more) {
  auto words = cut_words(text);
  if (!words) {
    words = {std::string(kShell), "-c", std::string(text)};
    // The further arguments are the shell's "$1" …, handed on to the last command.
    if (!more.empty()) {
      words->back() += " \"$@\"";
      words->emplace_back("sh");
    }
  }
  words->insert(words->end(), more.begin(), more.end());
  return *words;
}

std::optional<std::string> find_program(const std::string& name) {
  for (const std::string_view directory : split(kHookPath, ':')) {
    std::string path = fmt::format("{}/{}", directory, name);
    struct stat status;
    if (stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
        (status.st_mode & S_IXUSR) != 0) {
      return path;
    }
  }
  return std::nullopt;
}

std::optional<HookProblem> check_hook(std::string_view text, const std::string& user) {
  const passwd* found = getpwnam(user.c_str());
  if (found == nullptr) {
    return HookProblem{.text = "there is no user " + quoted(user), .hint = {}};
  }
  const auto words = cut_words(text);
  std::string program;
  if (words) {
    program = words->front();
  } else {
    if (auto problem = check_shell(text)) return problem;
    // The first word of what a shell reads is the program in the usual case; others are not known.
    program = text.substr(0, text.find_first_of(" \t;|&<>"));
    if (!program.starts_with('/') || program.find_first_of(kShellCharacters) != program.npos) {
      return std::nullopt;
    }
  }
  // Copied, as the lookup of an owner's name overwrites the result.
  const std::string name = found->pw_name;
  passwd who = *found;
  who.pw_name = const_cast<char*>(name.c_str());
  if (program.starts_with('/')) return check_program(who, program);
  if (program.find('/') != program.npos) {
    return HookProblem{.text = quoted(program) + " is not an absolute path",
                       .hint = "the processes do not run in the directory that you are in"};
  }
  if (const auto path = find_program(program)) return check_program(who, *path);
  return HookProblem{
      .fatal = false,
      .text = fmt::format("there is no program {}, so the command will fail", quoted(program)),
      .hint = fmt::format("it is looked for in {}", kHookPath)};
}

}  // namespace hawser
