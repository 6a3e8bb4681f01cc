// SPDX-License-Identifier: MIT
// What the program says about itself.
#pragma once

#include <string>
#include <string_view>

namespace hawser {

std::string version_text();        // -v
std::string build_options_text();  // -vv

// -dK: the keywords of each section; "all": every registry. Empty: `what` is neither.
std::string keywords_text(std::string_view what);

}  // namespace hawser
