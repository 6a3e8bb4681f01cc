// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <cstdio>

#include "admin/ask.h"
#include "config/condition.h"
#include "config/listing.h"
#include "process/about.h"
#include "process/load.h"
#include "process/options.h"
#include "vrrp/convert/convert.h"
#include "vrrp/vips.h"

namespace hawser {
namespace {

int fail(std::string_view text, int code = 1) {
  fmt::print(stderr, "hawser: {}\n", text);
  return code;
}

// Prints a text that was asked for; empty: there is none of that name.
int answer(const Options& options, std::string_view text) {
  if (text.empty()) {
    return fail(fmt::format("there is no list '{}', only: all, {}", options.argument,
                            fmt::join(registry_titles(), ", ")));
  }
  fmt::print("{}", text);
  return 0;
}

int evaluate(const std::string& condition) {
  const auto result = evaluate_condition(condition, Environment::of_process());
  if (!result) return fail(result.error().text, 2);
  return *result ? 0 : 1;
}

int check_or_run(const Options& options) {
  MasterOptions master = options.master;
  auto config = load_config(options, master.files);
  if (config == nullptr) return 1;
  const auto purpose = check_purpose(*config);
  if (options.action == Options::Action::kCheck) {
    if (!purpose) return fail("the configuration is valid, but " + purpose.error().text, 2);
    if (!options.master.quiet) fmt::print("Configuration file is valid\n");
    return 0;
  }
  if (!purpose) return fail(purpose.error().text);
  if (const auto limited = limit_memory(options.memory_mb); !limited) {
    return fail(limited.error().text);
  }
  return run_master(master, std::move(config));
}

// For whoever ends the service: after it nothing holds an address of ours.
int release(const Options& options) {
  std::vector<std::string> files;
  const auto config = load_config(options, files);
  if (config == nullptr) return 1;
  const auto released = vrrp::release_all(*config);
  return released ? 0 : fail(released.error().text);
}

int run(std::span<const char* const> arguments) {
  if (const auto sealed = seal_registries(); !sealed) return fail(sealed.error().text);
  const auto options = parse_options(arguments);
  if (!options) return fail(options.error().text);
  switch (options->action) {
    case Options::Action::kRun:
    case Options::Action::kCheck:
      return check_or_run(*options);
    case Options::Action::kCondition:
      return evaluate(options->argument);
    case Options::Action::kVersion:
      return answer(*options, version_text());
    case Options::Action::kBuildOptions:
      return answer(*options, build_options_text());
    case Options::Action::kKeywords:
    case Options::Action::kList:
      return answer(*options, keywords_text(options->argument));
    case Options::Action::kConvert:
      return run_convert(options->argument, options->node);
    case Options::Action::kAsk:
      return run_ask(options->argument, options->command);
    case Options::Action::kReleaseVips:
      return release(*options);
    case Options::Action::kHelp:
      return answer(*options, usage());
  }
  HW_UNREACHABLE();
}

}  // namespace
}  // namespace hawser

int main(int argc, char** argv) { return hawser::run({argv + (argc > 0), argv + argc}); }
