// SPDX-License-Identifier: MIT
#include "base/text.h"

#include "base/testing.h"

namespace hawser {

TEST_CASE("numbers are read whole or not at all") {
  CHECK(parse_uint("42") == 42u);
  CHECK(parse_int("-7") == -7);
  for (const char* bad : {"", "-", "4 2", "42x", " 42", "+1", "99999999999999999999"}) {
    INFO(bad);
    CHECK_FALSE(parse_uint(bad));
  }
}

TEST_CASE("split keeps empty parts") {
  CHECK(split("a,,b", ',') == std::vector<std::string_view>{"a", "", "b"});
  CHECK(split("", ',') == std::vector<std::string_view>{""});
}

TEST_CASE("quoted text shows control characters") { CHECK(quoted("a\x01\n") == "'a\\x01\\x0a'"); }

}  // namespace hawser
