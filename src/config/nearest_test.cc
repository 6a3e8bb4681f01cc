// SPDX-License-Identifier: MIT
#include "config/nearest.h"

#include <string>

#include "base/testing.h"

namespace hawser {
namespace {

TEST_CASE("the nearest word is found, and none where nothing is near") {
  constexpr std::string_view kWords[] = {"balance", "backend", "bind", "upper", "timeout connect"};
  for (const auto& [word, expected] : {
           std::pair{"balnce", "balance"},
           std::pair{"blaance", "balance"},
           std::pair{"BALANCE", "balance"},
           std::pair{"uper", "upper"},
           std::pair{"bnid", "bind"},
           std::pair{"timeout conect", "timeout connect"},
           std::pair{"\u200bbind", "bind"},        // zero width space
           std::pair{"\u201cbind\u201d", "bind"},  // typographic quotes
           std::pair{"x", ""},
           std::pair{"", ""},
           std::pair{"something else", ""},
       }) {
    INFO(word);
    CHECK(nearest(word, kWords) == expected);
  }
  CHECK(nearest(std::string(1000, 'b'), kWords).empty());
  CHECK(nearest("balance", {}).empty());
}

TEST_CASE("of two equally near words the first is taken") {
  constexpr std::string_view kWords[] = {"rise", "wise"};
  CHECK(nearest("mise", kWords) == "rise");
}

}  // namespace
}  // namespace hawser
