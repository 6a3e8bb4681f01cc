// SPDX-License-Identifier: MIT
// Commands about virtual routers.
#include <fmt/core.h>

#include "admin/command.h"
#include "base/quantity.h"
#include "base/text.h"
#include "vrrp/event_reader.h"
#include "vrrp/show_vrrp.h"

namespace hawser {
namespace {

// The instances of a section, or the one instance of that name.
std::vector<uint32_t> find_instances(const Config& config, std::string_view name) {
  std::vector<uint32_t> found;
  for (uint32_t i = 0; i < config.vrrp_instances.size(); ++i) {
    const VrrpInstanceConfig& instance = config.vrrp_instances[i];
    if (instance.name == name || config.vrrps[instance.section]->name == name) found.push_back(i);
  }
  return found;
}

std::vector<uint32_t> all_instances(const Config& config) {
  std::vector<uint32_t> all(config.vrrp_instances.size());
  for (uint32_t i = 0; i < all.size(); ++i) all[i] = i;
  return all;
}

std::string no_such_instance(std::string_view name) {
  return fmt::format("There is no vrrp section {}.", quoted(name));
}

ShowTime time_now() { return {monotonic_ns(), realtime_ns()}; }

// [<name>] [json]
void run_show_vrrp(CommandCall& call) {
  auto args = call.args;
  const bool json = !args.empty() && args.back() == "json";
  if (json) args = args.first(args.size() - 1);
  if (args.size() > 1) {
    return call.reply(fmt::format("Unknown word {}: show vrrp [<name>] [json].", quoted(args[1])));
  }
  std::vector<uint32_t> wanted = all_instances(call.config);
  if (!args.empty()) wanted = find_instances(call.config, args[0]);
  if (wanted.empty() && !args.empty()) return call.reply(no_such_instance(args[0]));
  if (wanted.empty() && !json) return call.reply("The configuration has no vrrp section.");
  call.stream([&config = call.config, &shared = call.shared, wanted = std::move(wanted), json,
               next = size_t{0}](std::string& out) mutable {
    if (json) out += next == 0 ? "[" : ",\n ";
    if (next < wanted.size()) {
      const auto show = json ? show_vrrp_json : show_vrrp_text;
      show(config, shared, wanted[next], time_now(), out);
    }
    const bool more = ++next < wanted.size();
    if (json && !more) out += "]";
    return more;
  });
}

void run_show_lan(CommandCall& call) {
  std::string out;
  show_vrrp_lan(call.config, call.shared, time_now(), out);
  call.reply(std::move(out));
}

void run_show_events(CommandCall& call) {
  if (call.config.vrrp_instances.empty()) {
    return call.reply("The configuration has no vrrp section.");
  }
  std::string out;
  EventReader(call.config, call.shared).recall([&](const ReadEvent& event) {
    out += fmt::format("{} {:<7} {}\n", time_text(event.at_ns), log_level_name(event.level),
                       event_line(call.config, event));
  });
  call.reply(out.empty() ? "Nothing has happened yet." : std::move(out));
}

void run_clear_counters(CommandCall& call) {
  for (const uint32_t i : all_instances(call.config)) {
    clear_vrrp_counters(call.shared.vrrp(i), call.shared.vrrp_cleared(i));
  }
  call.reply("");
}

constexpr std::string_view kSetUsage =
    "usage: set vrrp <name> priority <1-254>|default | maintenance on [for <time>]|off | release";

// What is wrong with the words; empty: `request` is set.
std::string read_priority(std::span<const std::string_view> words, VrrpRequest& request) {
  if (words.size() != 1) return std::string(kSetUsage);
  if (words[0] == "default") return {};
  const auto priority = parse_uint(words[0]);
  if (!priority || *priority < 1 || *priority > 254) {
    return "A priority is a number from 1 to 254, or 'default'.";
  }
  request.priority = static_cast<uint32_t>(*priority);
  return {};
}

std::string read_maintenance(std::span<const std::string_view> words, VrrpRequest& request) {
  request.kind = VrrpRequest::Kind::kMaintenance;
  if (words.size() == 1 && words[0] == "off") return {};
  if (words.empty() || words[0] != "on") return std::string(kSetUsage);
  request.on = true;
  if (words.size() == 1) return {};
  if (words.size() != 3 || words[1] != "for") return std::string(kSetUsage);
  const auto time = parse_duration(words[2], std::chrono::seconds(1));
  if (!time || time->count() <= 0) {
    return fmt::format("{} is no time: '10m', '90s'.", quoted(words[2]));
  }
  request.duration = std::chrono::ceil<Millis>(*time);
  return {};
}

void run_set_vrrp(CommandCall& call) {
  if (call.args.size() < 2) return call.reply(std::string(kSetUsage));
  const auto instances = find_instances(call.config, call.args[0]);
  if (instances.empty()) return call.reply(no_such_instance(call.args[0]));
  const std::string_view what = call.args[1];
  const auto words = call.args.subspan(2);
  VrrpRequest request;
  std::string problem(kSetUsage);
  if (what == "priority") {
    problem = read_priority(words, request);
    const uint32_t section = call.config.vrrp_instances[instances.front()].section;
    if (problem.empty() && call.config.vrrps[section]->priority == 255) {
      problem = "The owner of an address has priority 255 and no other.";
    }
  } else if (what == "maintenance") {
    problem = read_maintenance(words, request);
  } else if (what == "release" && words.empty()) {
    request.kind = VrrpRequest::Kind::kRelease;
    problem.clear();
  }
  if (!problem.empty()) return call.reply(std::move(problem));
  call.control.ask_vrrp(instances, request, call.reply);
}

constexpr Command kRows[] = {
    {.name = "show vrrp",
     .level = CliLevel::kOperator,
     .run = run_show_vrrp,
     .args = "[<name>] [json]",
     .summary = "report how virtual routers stand, and what is wrong with them"},
    {.name = "show vrrp lan",
     .level = CliLevel::kOperator,
     .run = run_show_lan,
     .summary = "list all VRRP speakers heard on the segments"},
    {.name = "show vrrp events",
     .level = CliLevel::kOperator,
     .run = run_show_events,
     .summary = "list the last transitions and incidents of virtual routers"},
    {.name = "clear counters vrrp",
     .level = CliLevel::kOperator,
     .run = run_clear_counters,
     .summary = "clear the counters of virtual routers"},
    {.name = "set vrrp",
     .level = CliLevel::kAdmin,
     .run = run_set_vrrp,
     .args = "<name> priority|maintenance|release ...",
     .summary = "change a virtual router's priority, or keep it from being master"},
};
HW_REGISTER(Command, kRows);

}  // namespace
}  // namespace hawser
