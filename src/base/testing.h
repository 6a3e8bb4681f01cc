// SPDX-License-Identifier: MIT
// The only file that names the test library.
#pragma once

#include <catch2/catch.hpp>
