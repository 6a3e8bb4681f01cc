// SPDX-License-Identifier: MIT
// What is said about keywords that cannot be used where they stand, with the rows of all features.
#include "config/refusal.h"

#include <fmt/format.h>

#include "config/testing.h"

namespace hawser {
namespace {

// What is said about `line` as the only one of a section: "COLUMN-END severity: text (hint)".
std::string said(std::string_view section, std::string_view line) {
  Diag diag;
  const std::string text = fmt::format("{}\n{}\n", section, line);
  parse_config("t", text, diag);
  std::string out;
  for (const Diagnostic& entry : diag.all()) {
    if (entry.pos.line != 2) continue;
    if (!out.empty()) out += '\n';
    fmt::format_to(std::back_inserter(out), "{}+{} {}: {}", entry.pos.column, entry.width,
                   entry.severity == Severity::kError ? "error" : "warning", entry.text);
    if (!entry.hint.empty()) out += " (" + entry.hint + ")";
  }
  return out;
}

struct Row {
  std::string_view section;
  std::string_view line;
  std::string_view said;
};

void check_rows(std::initializer_list<Row> rows) {
  for (const Row& row : rows) {
    INFO(row.section << ": " << row.line);
    CHECK(said(row.section, row.line) == row.said);
  }
}

TEST_CASE("mistyped keywords get the nearest one") {
  check_rows({
      {"global", "maxcon 100",
       "1+6 error: unknown keyword 'maxcon' in a 'global' section (did you mean 'maxconn'?)"},
      {"frontend f", "  fronted g",
       "3+7 error: unknown keyword 'fronted' in a 'frontend' section (did you mean 'frontend'?)"},
      {"backend b", "frobnicate",
       "1+10 error: unknown keyword 'frobnicate' in a 'backend' section "
       "('hawser -dK' prints the keywords of each section)"},
      {"backend b", "timeout conect 5s",
       "9+6 error: unknown keyword 'timeout conect' (did you mean 'timeout connect'?)"},
      {"frontend f", "option htplog",
       "8+6 error: unknown keyword 'option htplog' (did you mean 'option httplog'?)"},
      {"frontend f", "http-request xyzzy",
       "14+5 error: unknown keyword 'http-request xyzzy' (one of: deny, return)"},
      {"http-errors e", "errofile 503 x",
       "1+8 error: unknown keyword 'errofile' in a 'http-errors' section "
       "(did you mean 'errorfile'?)"},
  });
}

TEST_CASE("keywords of other sections say where they belong") {
  check_rows({
      {"global", "bind :80",
       "1+4 error: 'bind' is not allowed in a 'global' section (it belongs to: frontend, listen)"},
      {"backend b", "bind :80",
       "1+4 error: 'bind' is not allowed in a 'backend' section (it belongs to: frontend, listen)"},
      {"frontend f", "server s 192.0.2.1:80",
       "1+6 error: 'server' is not allowed in a 'frontend' section (it belongs to: listen, "
       "backend)"},
      {"backend b", "timeout client 5s",
       "1+14 warning: 'timeout client' has no effect in a 'backend' section "
       "(it belongs to: defaults, frontend, listen)"},
      {"http-errors e", "mode http",
       "1+4 error: 'mode' is not allowed in a 'http-errors' section "
       "(it belongs to: defaults, frontend, listen, backend)"},
  });
}

TEST_CASE("names of HAProxy that are not built say so") {
  check_rows({
      {"global", "lua-load x",
       "1+8 error: 'lua-load' is known in HAProxy but not built yet "
       "(there is no Lua: remove the line, and what calls the script)"},
      {"frontend f", "acl x path /",
       "1+3 error: 'acl' is known in HAProxy but not built yet "
       "(there are no conditions yet: give each choice an address or port, with a frontend and its "
       "'default_backend')"},
      {"frontend f", "option httpslog",
       "1+15 error: 'option httpslog' is known in HAProxy but not built yet "
       "(there is no TLS yet: 'option httplog' logs the rest)"},
      {"frontend f", "tcp-request content set-var(txn.x) str(y)",
       "1+34 error: 'tcp-request content set-var' is known in HAProxy but not built yet "
       "(a connection in mode tcp goes to its server at once: remove the line)"},
      {"frontend f", "bind 127.0.0.1:80 ssl",
       "19+3 error: bind option 'ssl' is known in HAProxy but not built yet "
       "(there is no TLS yet: 'mode tcp' passes it through to servers that end it)"},
      {"backend b", "server s 192.0.2.1:80 sni str(x)",
       "23+3 error: server option 'sni' is known in HAProxy but not built yet "
       "(there is no TLS yet, so nothing uses this: remove it)"},
  });
}

TEST_CASE("keywords that only tune HAProxy are accepted with a warning that says why") {
  check_rows({
      {"global", "nbthread 4",
       "1+8 warning: 'nbthread' has no effect: a worker has one thread; 'nbproc' sets how many "
       "workers there are"},
      {"global", "cpu-map auto:1/1-4 0-3",
       "1+7 warning: 'cpu-map' has no effect: the kernel places the workers"},
      {"frontend f", "bind-process 1",
       "1+12 warning: 'bind-process' has no effect: every worker serves every proxy"},
      {"frontend f", "bind 127.0.0.1:80 thread all name x",
       "19+6 warning: 'thread' has no effect: a worker has one thread"},
  });
}

TEST_CASE("rewriting keywords are refused with today's rule") {
  check_rows({
      {"frontend f", R"(reqadd X-Foo:\ bar)",
       "1+6 error: 'reqadd' is gone since HAProxy 2.1 (use: http-request add-header X-Foo bar)"},
  });
}

TEST_CASE("a line that ends too early is refused with its usage") {
  check_rows({
      {"backend b", "mode", "1+4 error: missing http or tcp after 'mode' (usage: mode http|tcp)"},
      {"backend b", "server a",
       "8+1 error: missing <address> after 'a' "
       "(usage: server <name> <address>[:[<port>]] [<option> ...])"},
      {"backend b", "server a 127.0.0.1:1 weight", "22+6 error: missing <weight> after 'weight'"},
  });
}

TEST_CASE("what follows a section's name is refused with what it was to be") {
  const auto told = [](std::string_view line) { return complaints(fmt::format("{}\n", line)); };
  CHECK(told("backend my app") ==
        "1:12 error: unexpected 'app' after 'backend my' (a name is one word, such as 'my-app')");
  CHECK(told("backend app {") ==
        "1:13 error: unexpected '{' after 'backend app' (there are no braces: a section ends where "
        "the next one begins)");
  CHECK(told("frontend web mode http") ==
        "1:14 error: unexpected 'mode' after 'frontend web' ('mode' is a keyword, which stands on "
        "a line of its own below)");
  CHECK(told("listen web 80") ==
        "1:12 error: unexpected '80' after 'listen web' (give the port in a line of its own below: "
        "bind :80)");
  CHECK(told("backend app 192.0.2.1:80/x") ==
        "1:13 error: unexpected '192.0.2.1:80/x' after 'backend app' (a section's name is one "
        "word)");
  CHECK(told("listen web 127.0.0.1:80\ndisabled") == "");
}

TEST_CASE("words behind a complete line are refused with its usage") {
  check_rows({
      {"backend b", "mode http extra",
       "11+5 error: unexpected 'extra' after 'mode' (usage: mode http|tcp)"},
      {"global", "daemon now",
       "8+3 error: unexpected 'now' after 'daemon' ('daemon' takes no arguments)"},
  });
}

TEST_CASE("`no` and `default` stand before what can be switched off") {
  check_rows({
      {"frontend f", "no option dontlognull", ""},
      {"frontend f", "default option dontlognull", ""},
      {"frontend f", "no mode http", "1+2 error: 'no' cannot stand before 'mode'"},
      {"frontend f", "default mode http", "1+7 error: 'default' cannot stand before 'mode'"},
      {"frontend f", "no option htplog",
       "11+6 error: unknown keyword 'option htplog' (did you mean 'option httplog'?)"},
  });
}

TEST_CASE("options of bind and server lines are looked up with the same care") {
  check_rows({
      {"frontend f", "bind 127.0.0.1:80 nmae x",
       "19+4 error: unknown bind option 'nmae' (did you mean 'name'?)"},
      {"backend b", "server s 192.0.2.1:80 chekc",
       "23+5 error: unknown server option 'chekc' (did you mean 'check'?)"},
      {"backend b", "server s 192.0.2.1:80 inter", "23+5 error: missing <time> after 'inter'"},
  });
}

}  // namespace
}  // namespace hawser
