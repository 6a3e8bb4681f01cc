// SPDX-License-Identifier: MIT
#include "vrrp/hook.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/root_testing.h"

using namespace hawser;

namespace {

using Words = std::vector<std::string>;

// A program of this test's own, which everybody may look at and run.
struct Program {
  char directory[32] = "/tmp/hawser_hook_XXXXXX";
  std::string path;
  Program() {
    REQUIRE(mkdtemp(directory) != nullptr);
    REQUIRE(chmod(directory, 0755) == 0);
    path = std::string(directory) + "/run.sh";
    const Fd file(open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0755));
    REQUIRE(file);
    REQUIRE(chmod(path.c_str(), 0755) == 0);
  }
  ~Program() {
    unlink(path.c_str());
    rmdir(directory);
  }
};

std::string said(std::string_view command, const std::string& user = "nobody") {
  const auto problem = check_hook(command, user);
  if (!problem) return "";
  return (problem->fatal ? "error: " : "warning: ") + problem->text;
}

}  // namespace

TEST_CASE("a plain command is run as it is") {
  CHECK(hook_arguments("/bin/true") == Words{"/bin/true"});
  CHECK(hook_arguments("/bin/x  -a 'b c' \"d e\" f\\ g ''") ==
        Words{"/bin/x", "-a", "b c", "d e", "f g", ""});
  const Words more = {"INSTANCE", "web", "MASTER", "100"};
  CHECK(hook_arguments("/bin/x a", more) ==
        Words{"/bin/x", "a", "INSTANCE", "web", "MASTER", "100"});
}

TEST_CASE("what only a shell understands is given to one") {
  for (const char* text : {"/bin/a && /bin/b", "/bin/a > /dev/null", "[[ -f /x ]]", "/bin/a $HOME",
                           "/bin/a \"$HOME\"", "exit 1", "X=1 /bin/a", "/bin/a 'open"}) {
    INFO(text);
    CHECK(hook_arguments(text) == Words{"/bin/sh", "-c", text});
  }
  const Words more = {"INSTANCE", "web"};
  CHECK(hook_arguments("/bin/a | /bin/b", more) ==
        Words{"/bin/sh", "-c", "/bin/a | /bin/b \"$@\"", "sh", "INSTANCE", "web"});
}

TEST_CASE("a hook that can be run is fine") {
  CHECK(said("/bin/sh -c true") == "");
  CHECK(said("sh") == "");
  CHECK(said("true && false") == "");
}

TEST_CASE("a hook that cannot be run is named before it is needed") {
  CHECK(said("/no/such/file") ==
        "warning: '/no/such/file' does not exist, so the command will fail");
  CHECK(said("no-such-program-here x") ==
        "warning: there is no program 'no-such-program-here', so the command will fail");
  CHECK(said("./x") == "error: './x' is not an absolute path");
  CHECK(said("/tmp") == "error: '/tmp' is not a file");
  CHECK(said("/bin/true", "nobody-at-all") == "error: there is no user 'nobody-at-all'");
}

TEST_CASE("a hook must be the user's to run and nobody else's to change") {
  if (!is_root_for("give files away")) return;
  const Program program;
  CHECK(said(program.path) == "");
  REQUIRE(chmod(program.path.c_str(), 0700) == 0);
  CHECK(said(program.path) ==
        fmt::format("error: the user 'nobody' cannot run '{}'", program.path));
  CHECK(said(program.path, "root") == "");
  REQUIRE(chmod(program.path.c_str(), 0600) == 0);
  CHECK(said(program.path, "root") ==
        fmt::format("error: the user 'root' cannot run '{}'", program.path));
  REQUIRE(chmod(program.path.c_str(), 0757) == 0);
  CHECK(said(program.path) == fmt::format("error: '{}' can be changed by everybody", program.path));
  REQUIRE(chmod(program.path.c_str(), 0755) == 0);
  REQUIRE(chown(program.path.c_str(), 65534, 65534) == 0);
  CHECK(said(program.path) == "");
  CHECK(said(program.path, "root") ==
        fmt::format("error: '{}' would run as 'root' but belongs to 'nobody', who can change it",
                    program.path));
  REQUIRE(chmod(program.directory, 0700) == 0);
  CHECK(said(program.path) ==
        fmt::format("error: the user 'nobody' cannot look into '{}'", program.directory));
}
