// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

namespace hawser {

using MacAddress = std::array<uint8_t, 6>;

}  // namespace hawser
