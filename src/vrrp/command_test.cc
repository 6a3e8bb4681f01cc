// SPDX-License-Identifier: MIT
#include "vrrp/command.h"

#include "base/testing.h"

namespace hawser {
namespace {

TEST_CASE("of an output, the first line that says something is logged") {
  CHECK(first_line("\n \n\tno route\r\nmore") == "no route");
  CHECK(first_line("a\x1b[1m") == "a?[1m");
  CHECK(first_line("\n").empty());
  CHECK(first_line(std::string(500, 'x')).size() == 200);
}

}  // namespace
}  // namespace hawser
