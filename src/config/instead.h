// SPDX-License-Identifier: MIT
// What to do about a name that HAProxy knows and this program does not: the hint of its refusal.
#pragma once

#include <string_view>

#include "config/unbuilt.h"

namespace hawser {

// What does the job today of a name in unbuilt.def, or why the line can go; empty: there is no row.
std::string_view instead_of(Vocabulary vocabulary, std::string_view name);

}  // namespace hawser
