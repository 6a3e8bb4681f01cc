// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace hawser {

// When this version was released, as CHANGELOG.md says: "2027/01/31", or "unreleased". One word, as
// tools read it.
std::string_view release_date();

}  // namespace hawser
