// SPDX-License-Identifier: MIT
// The commands of the configuration: how they are run, and whether they can be.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hawser {

// Where programs without a path are looked for, and the PATH that they get.
inline constexpr std::string_view kHookPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// Who runs hooks for which no user is given.
inline constexpr std::string_view kHookUser = "nobody";

// What to give to execve() for `text`, with `more` arguments after its own: the words of the text,
// or /bin/sh -c where only a shell understands it.
std::vector<std::string> hook_arguments(std::string_view text,
                                        std::span<const std::string> more = {});

// The file that hook_arguments() names as "ls"; nullopt: there is none in kHookPath.
std::optional<std::string> find_program(const std::string& name);

struct HookProblem {
  bool fatal = true;  // false: it may be put right without a change of the configuration
  std::string text;
  std::string hint;
};

// What keeps `user` from running the command `text`, or makes that dangerous. nullopt: nothing.
std::optional<HookProblem> check_hook(std::string_view text, const std::string& user);

}  // namespace hawser
