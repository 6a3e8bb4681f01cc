// SPDX-License-Identifier: MIT
// The keywords of the global section.
#include <fmt/format.h>

#include "config/testing.h"

using namespace hawser;

namespace {

GlobalConfig global_of(std::string_view lines) {
  return config_of(fmt::format("global\n{}\n", lines))->global;
}

}  // namespace

TEST_CASE("what the processes are") {
  const GlobalConfig global = global_of(
      "daemon\nquiet\ndebug\nzero-warning\nmaster-worker no-exit-on-failure\npidfile /p\n"
      "chroot /c\nuid 99\ngid 98\nnbproc 4\nmaxconn 4096\nulimit-n 9000\nfd-hard-limit 8000\n"
      "hung-worker-timeout 9s\nnosplice\nnoreuseport\nset-dumpable\n");
  CHECK(global.daemon);
  CHECK(global.quiet);
  CHECK(global.debug);
  CHECK(global.zero_warning);
  CHECK(global.pidfile == "/p");
  CHECK(global.chroot == "/c");
  CHECK(global.uid == 99u);
  CHECK(global.gid == 98u);
  CHECK(global.nbproc == 4);
  CHECK(global.maxconn == 4096);
  CHECK(global.ulimit_n == 9000);
  CHECK(global.fd_hard_limit == 8000);
  CHECK(global.hung_worker_timeout == Millis(9000));
  CHECK_FALSE(global.splice);
  CHECK_FALSE(global.reuseport);
  CHECK(global.dumpable);
  CHECK_FALSE(global_of("set-dumpable\nno set-dumpable").dumpable);
  CHECK(global_of("nbproc 3\nnbproc auto").nbproc == 0);
  CHECK(global_of("nbproc 64").nbproc == 64);
}

TEST_CASE("user and group are looked up, and the first one given counts") {
  const GlobalConfig named = global_of("user root\ngroup root");
  CHECK(named.user == "root");
  CHECK(named.uid == 0u);
  CHECK(named.group == "root");
  CHECK(named.gid == 0u);
  CHECK(global_of("uid 3\nuid 4\nuser root").uid == 3u);
  CHECK(global_of("pidfile /a\npidfile /b").pidfile == "/a");
}

TEST_CASE("who the machine is, and the limits of the runtime sockets") {
  const GlobalConfig global = global_of(
      "description two  words\nnode lb-1.example\nlocalpeer me\nstats timeout 2m\n"
      "stats maxconn 5\n");
  CHECK(global.description == "two words");
  CHECK(global.node == "lb-1.example");
  CHECK(global.localpeer == "me");
  CHECK(global.stats_timeout == Millis(120000));
  CHECK(global.stats_maxconn == 5);
}

TEST_CASE("sizes of the data path") {
  const GlobalConfig::Tune tune =
      global_of(
          "tune.bufsize 32k\ntune.maxrewrite 2048\ntune.http.maxhdr 200\n"
          "tune.http.logurilen 99\ntune.http.cookielen 98\ntune.maxaccept 7\n"
          "tune.pipesize 128k\nmaxpipes 6\ntune.rcvbuf.client 1k\ntune.rcvbuf.server 2k\n"
          "tune.sndbuf.client 3k\ntune.sndbuf.server 4k\n")
          .tune;
  CHECK(tune.bufsize == 32768);
  CHECK(tune.maxrewrite == 2048);
  CHECK(tune.http_maxhdr == 200);
  CHECK(tune.http_logurilen == 99);
  CHECK(tune.http_cookielen == 98);
  CHECK(tune.maxaccept == 7);
  CHECK(tune.pipesize == 131072);
  CHECK(tune.maxpipes == 6);
  CHECK(tune.rcvbuf_client == 1024);
  CHECK(tune.rcvbuf_server == 2048);
  CHECK(tune.sndbuf_client == 3072);
  CHECK(tune.sndbuf_server == 4096);
  CHECK(global_of("tune.maxaccept -1").tune.maxaccept == UINT32_MAX);
}

TEST_CASE("what is kept for rewriting is at most half of a buffer") {
  const auto config = config_of("global\n tune.maxrewrite 8k\n tune.bufsize 4k\nbackend b\n");
  CHECK(config->global.tune.maxrewrite == 2048);
}

TEST_CASE("environment keywords change what the lines after them see") {
  const auto description = [](std::string_view lines) {
    return global_of(fmt::format("{}\ndescription \"<${{HAWSER_TEST}}>\"", lines)).description;
  };
  CHECK(description("setenv HAWSER_TEST a") == "<a>");
  CHECK(description("setenv HAWSER_TEST a\nsetenv HAWSER_TEST b") == "<b>");
  CHECK(description("setenv HAWSER_TEST a\npresetenv HAWSER_TEST b") == "<a>");
  CHECK(description("presetenv HAWSER_TEST b") == "<b>");
  CHECK(description("setenv HAWSER_TEST a\nunsetenv HAWSER_TEST") == "<>");
  CHECK(description("setenv HAWSER_TEST a\nresetenv PATH") == "<>");
  CHECK(description("setenv HAWSER_TEST a\nresetenv HAWSER_TEST") == "<a>");
}

TEST_CASE("a bad line of the global section is refused at the right column") {
  const Complaint rows[] = {
      {"daemon x", "8 error: unexpected 'x' after 'daemon' ('daemon' takes no arguments)"},
      {"nbproc",
       "1 error: missing the number of workers after 'nbproc' "
       "(usage: nbproc <number>|auto)"},
      {"nbproc 0", "8 error: the number of workers must be a whole number from 1 to 64, not '0'"},
      {"nbproc 65", "8 error: the number of workers must be a whole number from 1 to 64, not '65'"},
      {"nbproc many",
       "8 error: the number of workers must be a whole number from 1 to 64, not 'many'"},
      {"maxconn x", "9 error: <number> must be a whole number from 0 to 2147483647, not 'x'"},
      {"maxconn -1", "9 error: <number> must be a whole number from 0 to 2147483647, not '-1'"},
      {"ulimit-n x", "10 error: <number> must be a whole number from 0 to 2147483647, not 'x'"},
      {"fd-hard-limit 1k",
       "15 error: <number> must be a whole number from 0 to 2147483647, not '1k' "
       "(it has no unit: write all digits)"},
      {"user no-such-user",
       "6 error: there is no user 'no-such-user' (create it, or give a number with 'uid')"},
      {"group no-such-group",
       "7 error: there is no group 'no-such-group' (create it, or give a number with 'gid')"},
      {"uid root", "5 error: <id> must be a whole number from 0 to 4294967294, not 'root'"},
      {"gid -1", "5 error: <id> must be a whole number from 0 to 4294967294, not '-1'"},
      {"pidfile",
       "1 error: missing <path> after 'pidfile' "
       "(usage: pidfile <file>)"},
      {"chroot ''", "8 error: 'chroot' needs a path"},
      {"hung-worker-timeout 500", "21 error: 'hung-worker-timeout' must be at least 1s"},
      {"hung-worker-timeout 5x",
       "21 error: '5x' has an unknown time unit; known are us, ms, s, m, h and d"},
      {"master-worker exit",
       "15 error: unexpected 'exit' after 'master-worker' (usage: master-worker "
       "[no-exit-on-failure])"},
      {"set-dumpable on",
       "14 error: unexpected 'on' after 'set-dumpable' ('set-dumpable' takes no arguments)"},
      {"no daemon", "1 error: 'no' cannot stand before 'daemon'"},
      {"description", "1 error: missing <text> after 'description'"},
      {"node", "1 error: missing <name> after 'node'"},
      {"node a/b", "6 error: 'a/b' is not a name (use letters, digits, '.', '-' and '_')"},
      {"localpeer ''", "11 error: '' is not a name (use letters, digits, '.', '-' and '_')"},
      {"stats maxconn 0",
       "15 error: <number> must be a whole number from 1 to 2147483647, not '0'"},
      {"stats timeout 5x",
       "15 error: '5x' has an unknown time unit; known are us, ms, s, m, h and d"},
      {"stats foo",
       "7 error: unknown keyword 'stats foo' "
       "(one of: maxconn, socket, timeout)"},
      {"tune.bufsize 3", "14 error: <size> must be at least 1024, not 3"},
      {"tune.bufsize x", "14 error: 'x' does not start with a number"},
      {"tune.bufsize 1g", "14 error: <size> must be at most 16777216, not '1g'"},
      {"tune.http.maxhdr 99999",
       "18 error: <number> must be a whole number from 1 to 32767, not '99999'"},
      {"tune.maxaccept 0", "16 error: <number> must be positive, or -1 for no limit"},
      {"tune.maxaccept -2",
       "16 error: <number> must be a whole number from -1 to 2147483647, not '-2'"},
      {"tune.rcvbuf.client", "1 error: missing <size> after 'tune.rcvbuf.client'"},
      {"tune.bufzise 3",
       "1 error: unknown keyword 'tune.bufzise' in a 'global' section (did you mean "
       "'tune.bufsize'?)"},
      {"setenv A",
       "8 error: missing <value> after 'A' "
       "(usage: setenv <name> <value>)"},
      {"setenv 1A b",
       "8 error: '1A' is not the name of a variable (use letters, digits and '_', and no digit at "
       "the beginning)"},
      {"setenv A b c", "12 error: unexpected 'c' after 'setenv' (usage: setenv <name> <value>)"},
      {"unsetenv",
       "1 error: missing <name> after 'unsetenv' "
       "(usage: unsetenv <name> ...)"},
      {"resetenv A=B",
       "10 error: 'A=B' is not the name of a variable (use letters, digits and '_', and no digit "
       "at the beginning)"},
  };
  for (const Complaint& row : rows) {
    INFO(row.line);
    CHECK(complaint("global", row.line) == row.text);
  }
  CHECK(complaints("global\n uid 3\n uid 4\n pidfile /a\n pidfile /b\n") ==
        "3:6 warning: the user id is already 3; this line has no effect\n5:10 warning: 'pidfile' "
        "is already '/a'; this line has no effect");
}
