// SPDX-License-Identifier: MIT
#include "base/release.h"

namespace hawser {

std::string_view release_date() { return HAWSER_RELEASE_DATE; }

}  // namespace hawser
