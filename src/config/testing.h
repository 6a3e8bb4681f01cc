// SPDX-License-Identifier: MIT
// For tests: a configuration from one text, and what is said about one line.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/testing.h"
#include "config/keyword.h"
#include "config/parser.h"

namespace hawser {

// While it lives, "web.example" is 10.0.0.7 and no other name exists.
struct FakeNames {
  FakeNames() {
    set_name_resolver([](const std::string& name, int family) -> Result<Address> {
      if (name != "web.example" || family == AF_INET6) {
        return Error{fmt::format("cannot resolve '{}': Name or service not known", name)};
      }
      return *Address::parse_ip("10.0.0.7");
    });
  }
  ~FakeNames() { set_name_resolver(nullptr); }
  FakeNames(const FakeNames&) = delete;
  FakeNames& operator=(const FakeNames&) = delete;
};

// The configuration in `text`, which must have no error.
inline std::unique_ptr<const Config> config_of(std::string_view text) {
  Diag diag;
  auto config = parse_config("test.cfg", text, diag);
  INFO(diag.render());
  REQUIRE(config != nullptr);
  return config;
}

inline std::string describe(const Diagnostic& found) {
  constexpr std::string_view kSeverities[] = {"notice", "warning", "error"};
  std::string out = fmt::format("{} {}: {}", found.pos.column,
                                kSeverities[static_cast<size_t>(found.severity)], found.text);
  if (!found.hint.empty()) out += fmt::format(" ({})", found.hint);
  return out;
}

// The diagnostics of `line`, which stands in a section that begins with `head`, one a line:
// "COLUMN error: TEXT (HINT)". Empty: there are none.
inline std::string complaint(std::string_view head, std::string_view line) {
  const std::string text = fmt::format("{}\n{}\n", head, line);
  Diag diag;
  parse_config("test.cfg", text, diag);
  std::string out;
  for (const Diagnostic& found : diag.all()) {
    if (found.pos.line != 2) continue;
    if (!out.empty()) out += '\n';
    out += describe(found);
  }
  return out;
}

// All diagnostics of `text`, each as "LINE:COLUMN error: TEXT (HINT)".
inline std::string complaints(std::string_view text) {
  Diag diag;
  parse_config("test.cfg", text, diag);
  std::string out;
  for (const Diagnostic& found : diag.all()) {
    if (!out.empty()) out += '\n';
    out += fmt::format("{}:{}", found.pos.line, describe(found));
  }
  return out;
}

// A line and what is to be said about it.
struct Complaint {
  std::string_view line;
  std::string_view text;
};

}  // namespace hawser
