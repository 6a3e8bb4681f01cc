// SPDX-License-Identifier: MIT
#include "process/options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "base/text.h"
#include "config/nearest.h"

namespace hawser {
namespace {

using Action = Options::Action;

// What a flag does with its argument ("" where it takes none).
using Take = Result<> (*)(Options& options, std::string_view argument);

struct Flag {
  std::string_view name;
  std::string_view argument;  // as the usage shows it; empty: none
  std::string_view help;
  Take take;
  bool attached = false;  // the argument, which may be missing, is the rest of the flag's own word
};

template <Action Value>
Result<> set_action(Options& options, std::string_view argument) {
  options.action = Value;
  options.argument = argument;
  return {};
}

Result<uint32_t> take_number(std::string_view argument) {
  const auto value = parse_uint(argument);
  if (value && *value <= INT32_MAX) return static_cast<uint32_t>(*value);
  return Error{fmt::format("a number up to {} is needed, not {}", INT32_MAX, quoted(argument))};
}

// Setters of a member of one part of the options: &Options::master, &MasterOptions::daemon.
template <auto Part, auto Member>
Result<> set_number(Options& options, std::string_view argument) {
  const auto value = take_number(argument);
  if (!value) return value.error();
  options.*Part.*Member = *value;
  return {};
}

template <auto Part, auto Member, bool Value = true>
Result<> set_bool(Options& options, std::string_view) {
  options.*Part.*Member = Value;
  return {};
}

template <auto Part, auto Member>
Result<> set_text(Options& options, std::string_view argument) {
  options.*Part.*Member = argument;
  return {};
}

template <bool Systemd>
Result<> set_master_worker(Options& options, std::string_view) {
  options.master_worker = true;
  options.master.systemd |= Systemd;
  return {};
}

Result<> set_directory(Options& options, std::string_view argument) {
  options.directory = argument;
  return {};
}

Result<> set_memory(Options& options, std::string_view argument) {
  const auto megabytes = take_number(argument);
  if (!megabytes) return megabytes.error();
  options.memory_mb = *megabytes;
  return {};
}

Result<> set_warnings_fail(Options& options, std::string_view) {
  options.warnings_fail = true;
  return {};
}

Result<> add_file(Options& options, std::string_view argument) {
  options.sources.paths.emplace_back(argument);
  return {};
}

Result<> nothing(Options&, std::string_view) { return {}; }

Result<> not_built(Options&, std::string_view) { return Error{"reloading is not built yet"}; }

constexpr auto kMaster = &Options::master;
constexpr auto kSources = &Options::sources;
constexpr std::string_view kNoEffect = "accepted for HAProxy's users, without effect";

constexpr Flag kFlags[] = {
    {"-f", "<file|dir>", "reads this configuration; repeatable; of a directory, its *.cfg",
     add_file},
    {"-c", "", "checks the configuration and ends: 0 valid, 1 not, 2 nothing to listen on",
     set_action<Action::kCheck>},
    {"-cc", "<condition>", "evaluates a condition: 0 true, 1 false, 2 not understood",
     set_action<Action::kCondition>},
    {"-D", "", "goes to the background once it serves", set_bool<kMaster, &MasterOptions::daemon>},
    {"-W", "", "stays in the foreground as a master with its workers", set_master_worker<false>},
    {"-Ws", "", "as -W, and tells systemd when it serves", set_master_worker<true>},
    {"-d", "", "debugging: one process in the foreground, unless -W is given too",
     set_bool<kMaster, &MasterOptions::single_process>},
    {"-db", "", "stays in the foreground", set_bool<kMaster, &MasterOptions::foreground>},
    {"-q", "", "prints errors only", set_bool<kMaster, &MasterOptions::quiet>},
    {"-V", "", "takes -q back", set_bool<kMaster, &MasterOptions::quiet, false>},
    {"-p", "<file>", "writes the master's process id to this file",
     set_text<kMaster, &MasterOptions::pidfile>},
    {"-n", "<connections>", "the process's maxconn, whatever the configuration says",
     set_number<kMaster, &MasterOptions::maxconn>},
    {"-N", "<connections>", "the maxconn of frontends that give none",
     set_number<kSources, &ConfigSources::proxy_maxconn>},
    {"-m", "<megabytes>", "limits the memory of every process", set_memory},
    {"-L", "<name>", "the local peer's name; default: the host's",
     set_text<kSources, &ConfigSources::localpeer>},
    {"-C", "<dir>", "changes to this directory before it reads files", set_directory},
    {"-v", "", "prints the version", set_action<Action::kVersion>},
    {"-vv", "", "prints the version, features and everything that is built in",
     set_action<Action::kBuildOptions>},
    {"-dK", "[all]", "prints the keywords by section; all: everything that has a name",
     set_action<Action::kKeywords>, true},
    {"--list", "<what>", "prints one of the lists of -dKall", set_action<Action::kList>},
    {"-dW", "", "refuses to start when there are warnings", set_warnings_fail},
    {"-dD", "", "prints the messages of .diag lines",
     set_bool<kSources, &ConfigSources::show_diag>},
    {"-dS", "", "never uses splice()", set_bool<kSources, &ConfigSources::splice, false>},
    {"-dR", "", "never uses SO_REUSEPORT", set_bool<kSources, &ConfigSources::reuseport, false>},
    {"-dM", "[...]", kNoEffect, nothing, true},
    {"-dI", "", kNoEffect, nothing},
    {"-dL", "", kNoEffect, nothing},
    {"-dG", "", kNoEffect, nothing},
    {"-dV", "", kNoEffect, nothing},
    {"-dZ", "", kNoEffect, nothing},
    {"-dr", "", kNoEffect, nothing},
    {"-de", "", kNoEffect, nothing},
    {"-dp", "", kNoEffect, nothing},
    {"-dt", "[...]", kNoEffect, nothing, true},
    {"-sf", "<pid>...", "not built yet", not_built},
    {"-st", "<pid>...", "not built yet", not_built},
    {"-x", "<socket>", "not built yet", not_built},
    {"-S", "<address>", "not built yet", not_built},
    {"--release-vips", "",
     "removes the virtual addresses that killed processes left behind, and ends",
     set_action<Action::kReleaseVips>},
    {"-h", "", "prints this text", set_action<Action::kHelp>},
    {"--help", "", "the same", set_action<Action::kHelp>},
    {"--version", "", "the same as -v", set_action<Action::kVersion>},
};

// The exact name first: "-dK" before any flag that it begins with.
const Flag* find_flag(std::string_view word) {
  const auto exact = std::find_if(std::begin(kFlags), std::end(kFlags),
                                  [&](const Flag& flag) { return flag.name == word; });
  if (exact != std::end(kFlags)) return exact;
  const auto attached = std::find_if(std::begin(kFlags), std::end(kFlags), [&](const Flag& flag) {
    return flag.attached && word.starts_with(flag.name);
  });
  return attached != std::end(kFlags) ? attached : nullptr;
}

Result<> finish(Options& options) {
  if (options.sources.localpeer.empty()) {
    char name[256] = "localhost";
    gethostname(name, sizeof name - 1);
    options.sources.variables.emplace_back("HAPROXY_LOCALPEER", name);
  } else {
    options.sources.variables.emplace_back("HAPROXY_LOCALPEER", options.sources.localpeer);
  }
  if (options.master_worker) {
    options.master.single_process = false;
    options.master.foreground = !options.master.daemon;
    options.sources.variables.emplace_back("HAPROXY_MWORKER", "1");
  }
  const bool needs_files = options.action == Action::kRun || options.action == Action::kCheck ||
                           options.action == Action::kReleaseVips;
  if (needs_files && options.sources.paths.empty()) {
    return Error{
        "no configuration: give a file or a directory with -f ('hawser -h' prints all options)"};
  }
  return {};
}

// "convert [-i <id>] <file>"
Result<Options> parse_convert(std::span<const char* const> arguments) {
  Options options;
  options.action = Action::kConvert;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view word = arguments[i];
    if (word == "-i") {
      if (++i == arguments.size()) return Error{"option '-i' needs <id>"};
      options.node = arguments[i];
    } else if (word.starts_with('-')) {
      return Error{fmt::format("unknown option {} of 'convert': usage: {}", quoted(word),
                               "hawser convert [-i <id>] <keepalived.conf>")};
    } else if (!options.argument.empty()) {
      return Error{"'convert' takes one file"};
    } else {
      options.argument = word;
    }
  }
  if (options.argument.empty()) return Error{"'convert' needs a file of keepalived"};
  return options;
}

// "ask <socket> [<command> ...]"
Result<Options> parse_ask(std::span<const char* const> arguments) {
  if (arguments.empty()) return Error{"'ask' needs the path or address of a 'stats socket'"};
  const std::string_view socket = arguments[0];
  if (socket.starts_with('-')) {
    return Error{fmt::format("unknown option {} of 'ask': usage: {}", quoted(socket),
                             "hawser ask <stats socket> [<command> ...]")};
  }
  Options options;
  options.action = Action::kAsk;
  options.argument = arguments[0];
  options.command = fmt::format("{}", fmt::join(arguments.subspan(1), " "));
  return options;
}

Error unknown_option(std::string_view word) {
  if (!word.starts_with('-')) {
    return Error{fmt::format("{} is no option; a configuration is given with -f", quoted(word))};
  }
  if (word == "-t")
    return Error{"unknown option '-t'; a configuration is checked with -c"};  // nginx
  std::vector<std::string_view> names;
  // One letter is as near to another as to any.
  for (const Flag& flag : kFlags) {
    if (word.size() > 2) names.push_back(flag.name);
  }
  const std::string_view near = nearest(word, names);
  return Error{
      "unknown option " + quoted(word) +
      (near.empty() ? "; 'hawser -h' prints them all" : fmt::format("; did you mean '{}'?", near))};
}

}  // namespace

Result<Options> parse_options(std::span<const char* const> arguments) {
  const std::string_view first = arguments.empty() ? "" : arguments[0];
  if (first == "convert") return parse_convert(arguments.subspan(1));
  if (first == "ask") return parse_ask(arguments.subspan(1));
  Options options;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view word = arguments[i];
    if (word == "--") {
      for (++i; i < arguments.size(); ++i) options.sources.paths.emplace_back(arguments[i]);
      break;
    }
    const Flag* flag = find_flag(word);
    if (flag == nullptr) return unknown_option(word);
    std::string_view argument;
    if (flag->attached) {
      argument = word.substr(flag->name.size());
    } else if (!flag->argument.empty() && flag->take != not_built) {
      if (++i == arguments.size()) {
        return Error{fmt::format("option '{}' needs {}", flag->name, flag->argument)};
      }
      argument = arguments[i];
    }
    if (const auto taken = flag->take(options, argument); !taken) {
      return Error{fmt::format("option '{}': {}", flag->name, taken.error().text)};
    }
  }
  if (const auto finished = finish(options); !finished) return finished.error();
  return options;
}

std::string usage() {
  std::string out =
      "usage: hawser [option]... -f <file|dir>... [-- <file>...]\n"
      "       hawser convert [-i <id>] <keepalived.conf>\n"
      "       hawser ask <stats socket> [<command> ...]\n";
  for (const Flag& flag : kFlags) {
    const std::string left = fmt::format(
        "{}{}{}", flag.name, flag.argument.empty() || flag.attached ? "" : " ", flag.argument);
    fmt::format_to(std::back_inserter(out), "  {:<19} {}\n", left, flag.help);
  }
  return out;
}

}  // namespace hawser
