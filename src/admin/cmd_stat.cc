// SPDX-License-Identifier: MIT
// Commands that show and clear the statistics.
#include <memory>

#include "admin/command.h"
#include "admin/info_table.h"
#include "admin/stats_csv.h"
#include "admin/stats_marks.h"
#include "admin/stats_typed.h"
#include "base/text.h"

namespace hawser {
namespace {

struct Format {
  enum class Kind : uint8_t { kPlain, kTyped, kJson } kind = Kind::kPlain;
  bool with_help = false;
};

// The words that both commands take; false: it is none of them.
bool take_format(std::string_view word, Format& format) {
  if (word == "typed") {
    format.kind = Format::Kind::kTyped;
  } else if (word == "json") {
    format.kind = Format::Kind::kJson;
  } else if (word == "desc") {
    format.with_help = true;
  } else {
    return false;
  }
  return true;
}

void run_show_info(CommandCall& call) {
  Format format;
  for (const std::string_view word : call.args) {
    // HAProxy's `float` changes how rates of a process are rounded; ours are whole numbers.
    if (!take_format(word, format) && word != "float") {
      return call.reply("Unknown word " + quoted(word) + ": show info [typed|json] [desc].");
    }
  }
  const InfoSource source{call.config, call.shared, monotonic_ms(), realtime_ns() / 1'000'000};
  std::string out;
  switch (format.kind) {
    case Format::Kind::kPlain:
      print_info(source, format.with_help, out);
      break;
    case Format::Kind::kTyped:
      print_info_typed(source, format.with_help, out);
      break;
    case Format::Kind::kJson:
      print_info_json(source, out);
      break;
  }
  call.reply(std::move(out));
}

// The proxy of `show stat <name or id> …`: -1 is all of them.
bool take_proxy(const Config& config, std::string_view word, StatFilter& filter) {
  const auto number = parse_int(word);
  if (number && *number < 0) return true;
  for (const auto& proxy : config.proxies) {
    if (proxy->name == word || (number && *number == proxy->id)) {
      filter.proxy_id = proxy->id;
      return true;
    }
  }
  return false;
}

// The words of `show stat`; the answer is what is wrong with them.
std::string take_stat_words(CommandCall& call, StatFilter& filter, Format& format) {
  auto args = call.args;
  if (args.size() >= 2 && args[0] == "domain") {
    if (args[1] != "proxy") return "Only the domain 'proxy' has statistics here.";
    args = args.subspan(2);
  }
  const auto is_modifier = [](std::string_view word) {
    Format ignored;
    return take_format(word, ignored) || word == "up" || word == "no-maint";
  };
  if (!args.empty() && !is_modifier(args[0])) {
    if (args.size() < 3 || is_modifier(args[1]) || is_modifier(args[2])) {
      return "Expects three words: show stat <proxy> <type> <sid>; -1 is any.";
    }
    if (!take_proxy(call.config, args[0], filter)) return "No such proxy.";
    const auto kinds = parse_int(args[1]);
    const auto id = parse_int(args[2]);
    if (!kinds)
      return "Invalid type " + quoted(args[1]) +
             ": the sum of 1 frontends, 2 backends, "
             "4 servers, 8 listeners, or -1.";
    if (!id) return "Invalid id " + quoted(args[2]) + ": a number, or -1.";
    filter.kinds = static_cast<uint32_t>(*kinds);
    if (*id >= 0) filter.id = static_cast<uint32_t>(*id);
    args = args.subspan(3);
  }
  for (const std::string_view word : args) {
    if (word == "up") {
      filter.up = true;
    } else if (word == "no-maint") {
      filter.no_maint = true;
    } else if (!take_format(word, format)) {
      return "Unknown word " + quoted(word) +
             ": show stat [<proxy> <type> <sid>] [typed|json] [desc] [up|no-maint].";
    }
  }
  return {};
}

// One row a piece, so that a table of any length neither blocks the loop nor fills the memory.
struct StatAnswer {
  StatsTable table;
  Format format;
  StatRow row{};
  bool begun = false;

  bool operator()(std::string& out) {
    const bool first = !std::exchange(begun, true);
    const bool more = table.next(row);
    switch (format.kind) {
      case Format::Kind::kPlain:
        if (first) out += csv_header();
        if (more) print_csv(row, out);
        break;
      case Format::Kind::kTyped:
        if (more) print_typed_row(row, format.with_help, out);
        break;
      case Format::Kind::kJson:
        if (first) out += '[';
        if (more && !first) out += ',';
        if (more) print_json_row(row, out);
        if (!more) out += "]\n";
        break;
    }
    return more;
  }
};

void run_show_stat(CommandCall& call) {
  StatFilter filter;
  Format format;
  if (auto problem = take_stat_words(call, filter, format); !problem.empty()) {
    return call.reply(std::move(problem));
  }
  StatSource source{
      call.config, call.shared, monotonic_ms(), call.cli.level >= CliLevel::kOperator,
      [&control = call.control](uint32_t slot) { return control.last_check_text(slot); }};
  auto answer =
      std::make_shared<StatAnswer>(StatAnswer{StatsTable(std::move(source), filter), format});
  call.stream([answer](std::string& out) { return (*answer)(out); });
}

template <bool all>
void run_clear_counters(CommandCall& call) {
  if (!call.args.empty()) {
    return call.reply("Unknown word " + quoted(call.args.back()) + ": clear counters [all].");
  }
  clear_counters(call.config, call.shared, all);
  call.reply("");
}

constexpr Command kRows[] = {
    {.name = "show info",
     .run = run_show_info,
     .args = "[typed|json] [desc]",
     .summary = "report information about the running program"},
    {.name = "show stat",
     .run = run_show_stat,
     .args = "[<proxy> <type> <sid>] [typed|json] [desc] [up|no-maint]",
     .summary = "report counters for each proxy and server"},
    {.name = "clear counters",
     .level = CliLevel::kOperator,
     .run = run_clear_counters<false>,
     .summary = "clear the maxima of the statistics"},
    {.name = "clear counters all",
     .level = CliLevel::kAdmin,
     .run = run_clear_counters<true>,
     .summary = "clear the maxima and the sums of the statistics"},
};
HW_REGISTER(Command, kRows);

}  // namespace
}  // namespace hawser
