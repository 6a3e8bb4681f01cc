// SPDX-License-Identifier: MIT
#include "admin/command.h"

#include <algorithm>
#include <vector>

#include "admin/unbuilt_command.h"
#include "base/text.h"
#include "config/listing.h"
#include "config/nearest.h"

namespace hawser {

HW_REGISTRY(Command, "commands");

namespace {

constexpr size_t kMaxNameWords = 4;

std::string join(std::span<const std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += ' ';
    text += word;
  }
  return text;
}

// Does each of the words begin the command's word in its place?
bool begins(const Command& command, std::span<const std::string_view> words) {
  const auto names = split(command.name, ' ');
  for (size_t i = 0; i < std::min(words.size(), names.size()); ++i) {
    if (!istarts_with(names[i], words[i])) return false;
  }
  return true;
}

void list_command(const Command& command, std::string& out) {
  // HAProxy's column, so that scripts that cut it go on working.
  constexpr size_t kWidth = 40;
  std::string usage(command.name);
  if (!command.args.empty()) (usage += ' ') += command.args;
  if (usage.size() < kWidth) usage.append(kWidth - usage.size(), ' ');
  (((out += "  ") += usage) += ": ") += command.summary;
  out += '\n';
}

// The command whose name the first words are nearly; nullptr: none.
const Command* nearest_command(std::span<const std::string_view> words) {
  for (size_t count = std::min(words.size(), kMaxNameWords); count > 0; --count) {
    std::vector<std::string_view> names;
    for (const Command* command : Registry<Command>::all()) {
      if (split(command->name, ' ').size() == count) names.push_back(command->name);
    }
    const std::string_view name = nearest(join(words.first(count)), names);
    if (!name.empty()) return Registry<Command>::find(name);
  }
  return nullptr;
}

// The commands that `words` may stand for: those that they abbreviate, the one that they misspell,
// or else those that have the first of them in common.
std::string similar_commands(std::span<const std::string_view> words) {
  std::string out;
  const size_t most = std::min(words.size(), kMaxNameWords);
  for (size_t count = most; count > 0 && out.empty(); --count) {
    for (const Command* command : Registry<Command>::all()) {
      if (begins(*command, words.first(count))) list_command(*command, out);
    }
    if (count < most || !out.empty()) continue;
    if (const Command* near = nearest_command(words)) list_command(*near, out);
  }
  return out;
}

}  // namespace

const ProxyConfig* find_backend(const Config& config, std::string_view name) {
  for (const auto& proxy : config.proxies) {
    if (!has_backend(proxy->kind)) continue;
    if (proxy->name == name) return proxy.get();
    if (name.starts_with('#') && parse_uint(name.substr(1)) == proxy->id) return proxy.get();
  }
  return nullptr;
}

const Command* find_command(std::span<const std::string_view> words, size_t& used) {
  for (used = std::min(words.size(), kMaxNameWords); used > 0; --used) {
    if (const Command* found = Registry<Command>::find(join(words.first(used)))) return found;
  }
  return nullptr;
}

std::string command_help(std::span<const std::string_view> words) {
  std::string list = words.empty() ? "" : similar_commands(words);
  if (list.empty()) {
    for (const Command* command : Registry<Command>::all()) list_command(*command, list);
  }
  return "The following commands are known, each from its level on:\n" + list;
}

std::string unknown_command(std::span<const std::string_view> words) {
  if (words.empty()) {
    return "Unknown command. Please enter one of the following commands only:\n" +
           command_help(words);
  }
  const std::string name = quoted(words[0].substr(0, 64));
  if (words[0].starts_with('@')) {
    return name +
           " names a process, as on HAProxy's master socket. Here every answer covers all "
           "processes: send the command without it.";
  }
  const std::string line = join(words);
  if (is_unbuilt_command(line)) return unbuilt_answer(line);
  const std::string list = similar_commands(words);
  if (list.empty()) return "Unknown command: " + name + "; 'help' lists the commands.";
  return "Unknown command: " + name + ", but maybe one of the following ones is a better match:\n" +
         list;
}

uint32_t find_server(const Config& config, std::string_view name, std::string& problem) {
  const size_t slash = name.find('/');
  if (slash == std::string_view::npos || slash + 1 == name.size()) {
    problem = "Require 'backend/server'.";
    return kNoIndex;
  }
  const ProxyConfig* backend = find_backend(config, name.substr(0, slash));
  if (backend == nullptr) {
    problem = "No such backend.";
    return kNoIndex;
  }
  const std::string_view wanted = name.substr(slash + 1);
  for (size_t i = 0; i < backend->servers.size(); ++i) {
    const ServerConfig& server = backend->servers[i];
    const bool by_id = wanted.starts_with('#') && parse_uint(wanted.substr(1)) == server.id;
    if (server.name == wanted || by_id) {
      return config.first_server[backend->index] + static_cast<uint32_t>(i);
    }
  }
  problem = "No such server.";
  return kNoIndex;
}

}  // namespace hawser
