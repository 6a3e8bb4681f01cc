// SPDX-License-Identifier: MIT
// The only file that names the test library.
#pragma once

#include <catch2/catch.hpp>
#include <string>

namespace hawser {

// The root of the source tree, for tests that read the manual or recorded answers.
std::string source_dir();

}  // namespace hawser
