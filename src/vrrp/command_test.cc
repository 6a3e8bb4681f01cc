// SPDX-License-Identifier: MIT
#include "vrrp/command.h"

#include "base/testing.h"

namespace hawser {
namespace {

using Words = std::vector<std::string>;

TEST_CASE("a plain command is executed itself, anything else by a shell") {
  CHECK(command_words("/bin/true  -x ", {}) == Words{"/bin/true", "-x"});
  CHECK(command_words("/bin/true", {"a b"}) == Words{"/bin/true", "a b"});
  CHECK(command_words("sh script", {}).front().ends_with("/sh"));
  CHECK(command_words("killall -0 x; true", {}) == Words{"/bin/sh", "-c", "killall -0 x; true"});
  CHECK(command_words("echo 'x'", {"INSTANCE", "VI 1"}) ==
        Words{"/bin/sh", "-c", "echo 'x' \"$@\"", "sh", "INSTANCE", "VI 1"});
  CHECK(command_words("exit 3", {}) == Words{"/bin/sh", "-c", "exit 3"});
}

TEST_CASE("of an output, the first line that says something is logged") {
  CHECK(first_line("\n \n\tno route\r\nmore") == "no route");
  CHECK(first_line("a\x1b[1m") == "a?[1m");
  CHECK(first_line("\n").empty());
  CHECK(first_line(std::string(500, 'x')).size() == 200);
}

}  // namespace
}  // namespace hawser
