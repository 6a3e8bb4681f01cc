// SPDX-License-Identifier: MIT
// Did-you-mean: the candidate that a mistyped word most likely stands for.
#pragma once

#include <span>
#include <string_view>

namespace hawser {

// Empty: none is close enough. Costs: a character that is missing, added or replaced 1, two
// neighbours swapped 1, anything outside of ASCII 0; up to a third of the word's length is
// tolerated. Equal costs: the first one.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace hawser
