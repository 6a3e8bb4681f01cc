// SPDX-License-Identifier: MIT
// The conditions of `.if`, `.elif` and -cc (section 2.4 of HAProxy's manual).
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "config/environment.h"

namespace hawser {

// The HAProxy version whose language this is: what version_atleast() compares with.
inline constexpr std::string_view kDialectVersion = "3.5";

struct Feature {
  std::string_view name;
  bool present;
};
std::span<const Feature> features();

// An empty condition is false.
Result<bool> evaluate_condition(std::string_view text, const Environment& environment);

}  // namespace hawser
