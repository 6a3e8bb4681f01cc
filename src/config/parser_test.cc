// SPDX-License-Identifier: MIT
#include "config/parser.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "base/testing.h"

namespace hawser {
namespace {

// What is said about `text`: "LINE:COLUMN message (hint)", one a line.
std::string complaints(std::string_view text) {
  Diag diag;
  parse_config("t", text, diag);
  std::string out;
  for (const Diagnostic& entry : diag.all()) {
    fmt::format_to(std::back_inserter(out), "{}:{} {}", entry.pos.line, entry.pos.column,
                   entry.text);
    if (!entry.hint.empty()) out += " (" + entry.hint + ")";
    out += '\n';
  }
  return out;
}

std::unique_ptr<const Config> parse(std::string_view text) {
  Diag diag;
  auto config = parse_config("t", text, diag);
  INFO(diag.render());
  REQUIRE(config != nullptr);
  return config;
}

TEST_CASE("proxies stand in the order of the file and are numbered from 1") {
  const auto config = parse("backend one\nbackend two\nglobal\nbackend three\n");
  REQUIRE(config->proxies.size() == 3);
  CHECK(config->proxies[0]->name == "one");
  CHECK(config->proxies[2]->name == "three");
  CHECK(config->proxies[2]->id == 3);
  CHECK(config->proxies[2]->index == 2);
  CHECK(config->proxies[2]->pos.line == 4);
}

TEST_CASE("line ends and indentation do not matter") {
  const auto config = parse("# first\r\n\r\n   backend one # comment\r\nbackend two");
  REQUIRE(config->proxies.size() == 2);
  CHECK(config->proxies[0]->name == "one");
  CHECK(config->proxies[1]->name == "two");
}

TEST_CASE("section lines that are wrong are refused, and their section is read all the same") {
  CHECK(complaints("backend\nbackend a/b\nbackend a b\nbackend '' \n") ==
        "1:1 missing <name> after 'backend'\n"
        "2:9 'a/b' is not a valid name for a backend "
        "(a name has letters, digits, '-', '_', '.' and ':' only)\n"
        "3:11 unexpected 'b' after 'backend a' (a name is one word, such as 'a-b')\n"
        "4:9 '' is not a valid name for a backend "
        "(a name has letters, digits, '-', '_', '.' and ':' only)\n");
  CHECK(complaints("global now\ndefaults a b\nhttp-errors\nhttp-errors x y\n") ==
        "1:8 unexpected 'now' after 'global' (it has no name, and its keywords stand on the lines "
        "below)\n"
        "2:12 unexpected 'b' after 'defaults a' (a name is one word, such as 'a-b')\n"
        "3:1 missing <name> after 'http-errors'\n"
        "4:15 unexpected 'y' after 'http-errors x' (a name is one word, such as 'x-y')\n");
}

TEST_CASE("two sections of a kind may not share a name") {
  CHECK(complaints("backend a\nfrontend b\ndisabled\nbackend b\nbackend a\nlisten b\n") ==
        "5:9 backend 'a' has the same name as another backend (first defined at t:1)\n"
        "6:8 listen 'b' has the same name as another backend (first defined at t:4)\n");
  CHECK(complaints("http-errors a\nbackend a\nhttp-errors a\n") ==
        "3:13 http-errors section 'a' is already defined (first defined at t:1)\n");
}

TEST_CASE("sections of HAProxy that are not built are named, and their lines passed over") {
  CHECK(complaints("peers p\n  bind :1\n  bogus\nbackend b\n") ==
        "1:1 section 'peers' is known in HAProxy but not built yet (there are no stick tables to "
        "share: remove the section)\n");
}

TEST_CASE("lines outside of sections are reported once") {
  CHECK(complaints("fronted web\n  bind :80\n  mode http\nbackend b\n") ==
        "1:1 'fronted' stands outside of any section (did you mean 'frontend'?)\n");
}

TEST_CASE("`from` names the defaults to start with") {
  CHECK(
      complaints(
          "defaults base\nbackend a from base\nbackend b from bsae\nbackend c from\nbackend d\n") ==
      "3:16 there is no defaults section 'bsae' before this line (did you mean 'base'?)\n"
      "4:11 missing <name> after 'from'\n"
      "5:1 defaults section 'base' is used by name and for being the last one "
      "(the other use is at t:2)\n");
  CHECK(complaints("defaults a\ndefaults a\nbackend b from a\n") ==
        "3:16 defaults section 'a' is defined more than once (last defined at t:2)\n");
}

TEST_CASE("conditional blocks choose the lines that count") {
  const auto config = parse(
      ".if 0\nbackend a\n.elif 1\nbackend b\n.elif 1\nbackend c\n.else\nbackend d\n.endif\n"
      ".if 1\n.if 0\n\"unclosed\n'\n.else\nbackend e\n.endif\n.else\nbackend f\n.endif\n"
      ".if 0\n.if 1\nbackend g\n.endif\n.if what(\n.endif\n.endif\n");
  REQUIRE(config->proxies.size() == 2);
  CHECK(config->proxies[0]->name == "b");
  CHECK(config->proxies[1]->name == "e");
}

TEST_CASE("directives that are wrong are refused") {
  CHECK(complaints(".else\n.if foo\n.else x\n.else\n.elif 1\n.endif\n.endif\n.fi\n.if 1\n") ==
        "1:1 '.else' without '.if'\n"
        "2:5 unknown predicate 'foo'; one of: defined, enabled, feature, openssl_version_atleast, "
        "openssl_version_before, ssllib_name_startswith, streq, strneq, strstr, version_atleast, "
        "version_before\n"
        "3:7 unexpected 'x' after '.else'\n"
        "4:1 a second '.else' in one block (the '.if' is at t:2)\n"
        "5:1 '.elif' after '.else' (the '.if' is at t:2)\n"
        "7:1 '.endif' without '.if'\n"
        "8:1 unknown directive '.fi' (did you mean '.if'?)\n"
        "9:1 this '.if' has no '.endif'\n");
}

TEST_CASE("messages have the severity that they say") {
  Diag diag;
  const auto config =
      parse_config("t", ".notice 'a b'\n.warning c\n.alert d\n.notice\n.notice a b\n", diag);
  CHECK(config == nullptr);
  CHECK(diag.warnings() == 1);
  CHECK(diag.errors() == 3);
  CHECK(diag.all()[0].text == "a b");
  CHECK(diag.all()[3].text == "'.notice' takes one message");
  CHECK(diag.all()[3].hint == "put the message in quotes");
}

// A directory that lives as long as the test.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    char name[] = "/tmp/hawser-test-XXXXXX";
    REQUIRE(mkdtemp(name) != nullptr);
    path_ = name;
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }
  void write(std::string_view name, std::string_view text) const {
    FILE* file = std::fopen((*this / name).c_str(), "w");
    REQUIRE(file != nullptr);
    std::fwrite(text.data(), 1, text.size(), file);
    std::fclose(file);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST_CASE("a directory stands for its *.cfg files in order") {
  const TemporaryDirectory dir;
  dir.write("b.cfg", "backend b\n");
  dir.write("a.cfg", "backend a\n.if defined(X)\n.endif\n");
  dir.write("c.cfg.bak", "nonsense\n");
  dir.write(".hidden.cfg", "nonsense\n");
  dir.write("extra", "backend \"$HAPROXY_LOCALPEER\"\n");
  std::filesystem::create_directory(dir / "d.cfg");
  ConfigSources sources;
  sources.paths = {dir.path(), dir / "extra"};
  sources.variables = {{"HAPROXY_LOCALPEER", "me"}};
  Diag diag;
  std::vector<std::string> keep;
  const auto config = read_config(sources, diag, keep);
  INFO(diag.render());
  REQUIRE(config != nullptr);
  REQUIRE(config->proxies.size() == 3);
  CHECK(config->proxies[0]->name == "a");
  CHECK(config->proxies[1]->name == "b");
  CHECK(config->proxies[2]->name == "me");
  CHECK(config->proxies[2]->pos.file == 2);
}

TEST_CASE("files that cannot be read are reported, and the others are read") {
  const TemporaryDirectory dir;
  dir.write("bad.cfg", "bakend a\n");
  std::filesystem::create_directory(dir / "empty");
  ConfigSources sources;
  sources.paths = {dir / "none.cfg", dir / "bad.cfg", dir / "empty"};
  Diag diag;
  std::vector<std::string> keep;
  CHECK(read_config(sources, diag, keep) == nullptr);
  const std::string expected = fmt::format(
      "{0}/empty: warning: the directory has no *.cfg file\n"
      "{0}/none.cfg: error: cannot open the file: No such file or directory\n"
      "{0}/bad.cfg:1:1: error: 'bakend' stands outside of any section\n"
      "    1 | bakend a\n      | ^~~~~~\n"
      "   hint: did you mean 'backend'?\n",
      dir.path());
  CHECK(diag.render() == expected);
}

TEST_CASE("each file begins and ends outside of sections and blocks") {
  const TemporaryDirectory dir;
  dir.write("1.cfg", "backend a\n.if 1\n");
  dir.write("2.cfg", "daemon\n");
  ConfigSources sources;
  sources.paths = {dir.path()};
  Diag diag;
  std::vector<std::string> keep;
  CHECK(read_config(sources, diag, keep) == nullptr);
  REQUIRE(diag.all().size() == 2);
  CHECK(diag.all()[0].text == "this '.if' has no '.endif'");
  CHECK(diag.all()[1].text == "'daemon' stands outside of any section");
}

TEST_CASE("a file that is no text is refused once") {
  Diag diag;
  const std::string_view text("global\n  maxconn 5\0\n\0\n\0\nnonsense\n", 33);
  parse_config("t", text, diag);
  CHECK(diag.errors() == 1);
  CHECK(diag.all().front().pos.line == 2);
}

}  // namespace
}  // namespace hawser
