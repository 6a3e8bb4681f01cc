// SPDX-License-Identifier: MIT
#include "process/options.h"

#include <fstream>
#include <initializer_list>
#include <regex>
#include <set>
#include <sstream>
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
  CHECK(refusal({"convert", "-x", "a"}) ==
        "unknown option '-x' of 'convert': usage: hawser convert [-i <id>] <keepalived.conf>");
  CHECK(refusal({"convert", "a", "-i"}) == "option '-i' needs <id>");
}

TEST_CASE("ask takes a socket, and the words of a command") {
  const auto options = parse({"ask", "/run/x.sock", "show", "servers", "state"});
  REQUIRE(options);
  CHECK(options->action == Options::Action::kAsk);
  CHECK(options->argument == "/run/x.sock");
  CHECK(options->command == "show servers state");
  CHECK(parse({"ask", "127.0.0.1:9999"})->command == "");
  CHECK(refusal({"ask", "-h"}) ==
        "unknown option '-h' of 'ask': usage: hawser ask <stats socket> [<command> ...]");
  CHECK(refusal({"ask"}) == "'ask' needs the path or address of a 'stats socket'");
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
  const std::string no_file =
      "no configuration: give a file or a directory with -f ('hawser -h' prints all options)";
  CHECK(refusal({}) == no_file);
  CHECK(refusal({"-c"}) == no_file);
  CHECK(refusal({"-f"}) == "option '-f' needs <file|dir>");
  CHECK(refusal({"-t"}) == "unknown option '-t'; a configuration is checked with -c");
  CHECK(refusal({"-k"}) == "unknown option '-k'; 'hawser -h' prints them all");
  CHECK(refusal({"--foo"}) == "unknown option '--foo'; 'hawser -h' prints them all");
  CHECK(refusal({"--release-vip"}) ==
        "unknown option '--release-vip'; did you mean '--release-vips'?");
  CHECK(refusal({"x.cfg"}) == "'x.cfg' is no option; a configuration is given with -f");
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

using Names = std::set<std::string>;

// The options that `text` names at the beginning of a word.
void add_names(const std::string& text, Names& names) {
  static const std::regex name("(?:^|[ `])(--?[A-Za-z-]+)");
  for (std::sregex_iterator at(text.begin(), text.end(), name), end; at != end; ++at) {
    names.insert((*at)[1]);
  }
}

// The lines of a chapter: from its heading to the next one.
std::vector<std::string> read_chapter(const std::string& file, const std::string& heading) {
  std::ifstream in(source_dir() + "/doc/" + file);
  REQUIRE(in);
  std::vector<std::string> out;
  std::string line;
  while (std::getline(in, line) && line != heading) continue;
  while (std::getline(in, line) && !line.starts_with(heading.substr(0, 3))) out.push_back(line);
  return out;
}

TEST_CASE("the manual and the man page have every option, and no other") {
  Names options, manual, page;
  std::istringstream lines(usage());
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("  -")) add_names(line.substr(2, line.find(' ', 2) - 2), options);
  }
  REQUIRE(options.size() > 30);
  for (const std::string& line : read_chapter("management.md", "## The command line")) {
    if (line.starts_with("| `")) add_names(line.substr(0, line.find(" | ")), manual);
  }
  CHECK(manual == options);
  std::string previous;
  for (const std::string& line : read_chapter("hawser.1", ".SH OPTIONS")) {
    if (previous == ".TP") add_names(std::regex_replace(line, std::regex(R"(\\-)"), "-"), page);
    previous = line;
  }
  CHECK(page == options);
}

}  // namespace
}  // namespace hawser
