// SPDX-License-Identifier: MIT
#include "process/options.h"

#include <initializer_list>
#include <vector>

#include "base/testing.h"

namespace hawser {
namespace {

Result<Options> parse(std::initializer_list<const char*> words) {
  return parse_options(std::vector<const char*>(words));
}

std::string refusal(std::initializer_list<const char*> words) {
  const auto options = parse(words);
  return options ? "accepted" : options.error().text;
}

TEST_CASE("the flags that tools give to HAProxy are understood") {
  const auto options = parse({"-D", "-W", "-f", "a.cfg", "-f", "conf.d", "-p", "/run/x.pid", "-n",
                              "1000", "-L", "peer1", "-dM", "-dI", "-dW", "-dL", "-dMno-merge"});
  REQUIRE(options);
  CHECK(options->action == Options::Action::kRun);
  CHECK(options->master.daemon);
  CHECK_FALSE(options->master.foreground);
  CHECK(options->sources.paths == std::vector<std::string>{"a.cfg", "conf.d"});
  CHECK(options->master.pidfile == "/run/x.pid");
  CHECK(options->master.maxconn == 1000);
  CHECK(options->sources.localpeer == "peer1");
  CHECK(options->warnings_fail);
}

TEST_CASE("convert takes a file, and the node that it is for") {
  const auto options = parse({"convert", "-i", "lb1", "keepalived.conf"});
  REQUIRE(options);
  CHECK(options->action == Options::Action::kConvert);
  CHECK(options->argument == "keepalived.conf");
  CHECK(options->node == "lb1");
  CHECK(refusal({"convert"}) == "'convert' needs a file of keepalived");
  CHECK(refusal({"convert", "a", "b"}) == "'convert' takes one file");
  CHECK(refusal({"convert", "-x", "a"}) == "unknown option '-x' of 'convert'");
  CHECK(refusal({"convert", "a", "-i"}) == "option '-i' needs <id>");
}

TEST_CASE("-d is one process unless -W is given too") {
  CHECK(parse({"-d", "-f", "x"})->master.single_process);
  CHECK_FALSE(parse({"-d", "-W", "-f", "x"})->master.single_process);
  CHECK(parse({"-W", "-f", "x"})->master.foreground);
  CHECK(parse({"-Ws", "-f", "x"})->master.systemd);
}

TEST_CASE("actions take their argument") {
  CHECK(parse({"-c", "-f", "x"})->action == Options::Action::kCheck);
  CHECK(parse({"-cc", "1 && 0"})->argument == "1 && 0");
  CHECK(parse({"-v"})->action == Options::Action::kVersion);
  CHECK(parse({"-vv"})->action == Options::Action::kBuildOptions);
  CHECK(parse({"-dK"})->argument.empty());
  CHECK(parse({"-dKall"})->argument == "all");
  CHECK(parse({"--list", "balance"})->argument == "balance");
  CHECK(parse({"-c", "--", "a", "b"})->sources.paths == std::vector<std::string>{"a", "b"});
}

TEST_CASE("quiet and verbose: the last one counts") {
  CHECK(parse({"-q", "-f", "x"})->master.quiet);
  CHECK_FALSE(parse({"-q", "-V", "-f", "x"})->master.quiet);
}

TEST_CASE("command lines that cannot be followed are refused by name") {
  CHECK(refusal({}) == "no configuration: give a file or a directory with -f");
  CHECK(refusal({"-c"}) == "no configuration: give a file or a directory with -f");
  CHECK(refusal({"-f"}) == "option '-f' needs <file|dir>");
  CHECK(refusal({"--foo"}) == "unknown option '--foo'");
  CHECK(refusal({"x.cfg"}) == "unknown option 'x.cfg'");
  CHECK(refusal({"-n", "many", "-f", "x"}) ==
        "option '-n': a number up to 2147483647 is needed, not 'many'");
  CHECK(refusal({"-f", "x", "-sf", "1", "2"}) == "option '-sf': reloading is not built yet");
  CHECK(refusal({"-f", "x", "-S", "/run/m.sock"}) == "option '-S': reloading is not built yet");
}

TEST_CASE("the usage has a line for every flag") {
  const std::string text = usage();
  for (const char* flag : {"  -f <file|dir>", "  -dK[all]", "  --list <what>", "  -Ws "}) {
    CHECK(text.find(flag) != std::string::npos);
  }
}

}  // namespace
}  // namespace hawser
