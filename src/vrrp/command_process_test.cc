// SPDX-License-Identifier: MIT
#include "vrrp/command_process.h"

#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/root_testing.h"
#include "base/shortage_testing.h"

namespace hawser {
namespace {

// Runs one command to its end; its clock goes on by itself.
struct Launcher {
  CommandEnd run(const CommandSpec& spec) {
    std::unique_ptr<CommandRun> run;
    CommandEnd end;
    auto started = launcher.start(spec, [&](const CommandEnd& ended) {
      end = ended;
      loop.stop();
    });
    REQUIRE(started);
    run = std::move(*started);
    loop.run();
    return end;
  }
  CommandEnd run(const char* command) { return run({command, {}, {}, user, Millis(10'000)}); }

  Loop loop;
  Deadlines deadlines{[] { return monotonic_ms(); }};
  std::string user = getpwuid(geteuid())->pw_name;
  ProcessLauncher launcher{loop, deadlines, {user, "nobody"}};
};

TEST_CASE("the exit code, the output and the environment of a command") {
  Launcher launcher;
  const CommandEnd end = launcher.run(
      {"echo out; echo \"$X $1\" >&2; exit 3", {"arg"}, {"X=x"}, launcher.user, Millis(10'000)});
  CHECK(end.how == CommandEnd::How::kExited);
  CHECK(end.code == 3);
  CHECK(end.output == "out\nx arg\n");
  CHECK_FALSE(end.is_success());
  CHECK(describe(end) == "exit code 3");
  CHECK(launcher.run("/bin/true").is_success());
}

TEST_CASE("a command that a signal ends is no success") {
  const CommandEnd end = Launcher().run("kill -9 $$");
  CHECK(end.how == CommandEnd::How::kSignal);
  CHECK(describe(end) == "killed by signal 9");
}

TEST_CASE("why a command cannot be executed") {
  Launcher launcher;
  CHECK(launcher.run("/nowhere/script").text ==
        "cannot execute '/nowhere/script': No such file or directory");
  CHECK(launcher.run("/etc/passwd").how == CommandEnd::How::kNotStarted);
}

TEST_CASE("what takes too long ends, with all that it has started") {
  Launcher launcher;
  // The loop of this test advances the deadlines, as control's does.
  launcher.loop.add_turn_hook([&](int64_t) {
    launcher.deadlines.advance();
    return launcher.deadlines.next_ms();
  });
  const CommandEnd end = launcher.run(
      {"cat /dev/zero > /dev/null & echo $!; wait", {}, {}, launcher.user, Millis(500)});
  CHECK(end.how == CommandEnd::How::kTimedOut);
  const auto child = static_cast<pid_t>(std::stol(end.output));
  REQUIRE(child > 0);
  // It was told to end, and dies when it is next scheduled: that makes its pidfd readable.
  const Fd pidfd(static_cast<int>(syscall(SYS_pidfd_open, child, 0)));
  pollfd death{pidfd.get(), POLLIN, 0};
  CHECK((!pidfd || poll(&death, 1, 10'000) == 1));
}

TEST_CASE("signals that we ignore are not ignored by commands") {
  signal(SIGTERM, SIG_IGN);
  const CommandEnd end = Launcher().run("kill -TERM $$; exit 0");
  signal(SIGTERM, SIG_DFL);
  CHECK(end.how == CommandEnd::How::kSignal);
}

TEST_CASE("a command has none of our descriptors") {
  const CommandEnd end = Launcher().run("ls /proc/self/fd");
  CHECK(end.output == "0\n1\n2\n3\n");  // 3: the folder that ls reads
}

TEST_CASE("a command that cannot be watched is not run, and not left behind") {
  Launcher launcher;
  // /dev/null and the ends of two pipes, but not its pidfd.
  const FdShortage shortage(5);
  const auto started = launcher.launcher.start(
      {"sleep 1000", {}, {}, launcher.user, Millis(10'000)}, [](const CommandEnd&) {});
  REQUIRE_FALSE(started);
  CHECK(started.error().text == "cannot watch a process: Too many open files");
  CHECK(waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
}

TEST_CASE("commands run as the user they are given, nobody where none is") {
  if (!is_root_for("become somebody else")) return;
  Launcher launcher;
  CHECK(launcher.run({"/usr/bin/id -un", {}, {}, "nobody", Millis(10'000)}).output == "nobody\n");
  CHECK(launcher.run({"/usr/bin/id -Gn", {}, {}, "", Millis(10'000)}).output == "nogroup\n");
  CHECK(launcher.run({"/usr/bin/id -un", {}, {}, "root", Millis(10'000)}).output == "root\n");
}

TEST_CASE("the output that is kept is bounded, what is written is not") {
  const CommandEnd end = Launcher().run("head -c 300000 /dev/zero; exit 0");
  CHECK(end.is_success());
  CHECK(end.output.size() == kMaxCommandOutput);
}

}  // namespace
}  // namespace hawser
