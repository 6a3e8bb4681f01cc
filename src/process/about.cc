// SPDX-License-Identifier: MIT
#include "process/about.h"

#include <fmt/format.h>
#include <llhttp.h>
#include <sys/utsname.h>
#include <uv.h>

#include <iterator>

#include "base/release.h"
#include "config/condition.h"
#include "config/keyword_table.h"
#include "config/listing.h"

namespace hawser {
namespace {

#ifdef __clang__
constexpr std::string_view kCompiler = __VERSION__;  // names itself
#else
constexpr std::string_view kCompiler = "g++ " __VERSION__;
#endif

}  // namespace

std::string version_text() {
  utsname system{};
  uname(&system);
  return fmt::format(
      "Hawser version {} {} - a reverse proxy with VRRP\n"
      "HAProxy version {} dialect\n"
      "Running on: {} {} {} {}\n",
      HAWSER_VERSION, release_date(), kDialectVersion, system.sysname, system.release,
      system.version, system.machine);
}

std::string build_options_text() {
  std::string out = version_text();
  const GlobalConfig defaults;
  fmt::format_to(
      std::back_inserter(out),
      "Build options :\n  CXX     = {}\n  LIBS    = libuv {}, llhttp {}.{}.{}\n\nFeature list :",
      kCompiler, uv_version_string(), LLHTTP_VERSION_MAJOR, LLHTTP_VERSION_MINOR,
      LLHTTP_VERSION_PATCH);
  for (const Feature& feature : features()) {
    fmt::format_to(std::back_inserter(out), " {}{}", feature.present ? '+' : '-', feature.name);
  }
  fmt::format_to(std::back_inserter(out),
                 "\n\nDefault settings :\n  bufsize = {}, maxrewrite = {}, maxhdr = {}\n",
                 defaults.tune.bufsize, defaults.tune.maxrewrite, defaults.tune.http_maxhdr);
  for (const std::string_view title : registry_titles()) {
    fmt::format_to(std::back_inserter(out), "\nAvailable {} :", title);
    for (const std::string_view name : registered_names(title)) {
      fmt::format_to(std::back_inserter(out), "\n  {}", name);
    }
    out += '\n';
  }
  return out;
}

std::string keywords_text(std::string_view what) {
  if (what == "all") return list_all_registries();
  if (!what.empty()) return list_registry(what);
  std::string out;
  for (const Section section : all_sections()) {
    fmt::format_to(std::back_inserter(out), "{}:\n", section_name(section));
    for (const Keyword* row : Registry<Keyword>::all()) {
      if ((row->sections & section) == 0) continue;
      fmt::format_to(std::back_inserter(out), "  {}{}{}\n", row->name, row->args.empty() ? "" : " ",
                     row->args);
    }
    out += '\n';
  }
  return out;
}

}  // namespace hawser
