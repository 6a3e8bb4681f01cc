// SPDX-License-Identifier: MIT
// Commands of HAProxy's runtime socket that this program does not have (yet), so that a refusal can
// say so.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace hawser {

std::span<const std::string_view> unbuilt_commands();
// Does `line`, its words joined by single blanks, call one of them?
bool is_unbuilt_command(std::string_view line);
// What is said to one that does: that it is not built, and why or what to do.
std::string unbuilt_answer(std::string_view line);

}  // namespace hawser
