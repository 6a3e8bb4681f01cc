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

TEST_CASE("a control character is found wherever it stands") {
  for (int c = 0; c < 256; ++c) {
    for (size_t at = 0; at < 40; ++at) {
      std::string text(40, 'x');
      text[at] = static_cast<char>(c);
      INFO("character " << c << " at " << at);
      REQUIRE(has_control(text) == ((c < 0x20 && c != '\t') || c == 0x7f));
    }
  }
  CHECK(has_control("\t\t\t\t\t\t\t\n"));
  CHECK_FALSE(has_control(""));
}

TEST_CASE("control characters are counted in texts of any length") {
  for (size_t size = 0; size < 1100; ++size) {
    INFO(size);
    REQUIRE(count_controls(std::string(size, '\n')) == size);
    REQUIRE(count_controls(std::string(size, '\xff')) == 0);
  }
}

TEST_CASE("a set has the characters that its predicate names") {
  constexpr CharSet kDigits(is_digit);
  CHECK(kDigits.has('0'));
  CHECK_FALSE(kDigits.has('a'));
  CHECK_FALSE(kDigits.has('\xff'));
  CHECK(kDigits.has_any_of("ab7"));
  CHECK_FALSE(kDigits.has_any_of("abc"));
}

TEST_CASE("quoted text shows control characters") { CHECK(quoted("a\x01\n") == "'a\\x01\\x0a'"); }

}  // namespace hawser
