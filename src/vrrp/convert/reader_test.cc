// SPDX-License-Identifier: MIT
#include "vrrp/convert/reader.h"

#include <fmt/format.h>

#include "base/testing.h"

using namespace hawser;
using namespace hawser::keepalived;

namespace {

// "a b{c;d{e;}}": words joined by blanks, a ';' after each line.
std::string show(const std::vector<Statement>& statements) {
  std::string out;
  for (const Statement& statement : statements) {
    out += statement.rest(0);
    if (statement.has_block) out += "{" + show(statement.block) + "}";
    out += ';';
  }
  return out;
}

struct Read {
  std::string tree, messages;
  size_t skipped = 0;
};

Read read(std::string_view text) {
  Diag diag;
  Reader reader(
      "node1",
      [](const std::string& pattern, const std::string& from) -> Result<std::vector<Included>> {
        if (pattern == "loop.conf")
          return std::vector<Included>{{"loop.conf", "include loop.conf\n"}};
        if (pattern == "none*.conf") return std::vector<Included>{};
        CHECK(from == "k.conf");
        return std::vector<Included>{{"a.conf", "priority 1\n"}, {"b.conf", "priority 2\n"}};
      },
      diag);
  Read out;
  out.tree = show(reader.read("k.conf", std::string(text)));
  out.skipped = reader.skipped().size();
  for (const Diagnostic& found : diag.all()) {
    if (!out.messages.empty()) out.messages += '\n';
    out.messages += fmt::format("{}: {}", found.pos.line, found.text);
  }
  return out;
}

}  // namespace

TEST_CASE("lines, blocks and comments become a tree") {
  CHECK(read("a b # c\n! d\ne{\n f g!h\n}\n").tree == "a b;e{f g;};");
  CHECK(read("a\n{\nb\n}\n").tree == "a{b;};");
  CHECK(read("a { b c }\n").tree == "a{b c;};");
  CHECK(read("a {\n} b\n").tree == "a{};b;");
  CHECK(read("priority 100#comment\n").tree == "priority 100;");
  CHECK(read("script \"x # y ! z { }\" q\r\n").tree == "script x # y ! z { } q;");
  CHECK(read("script \"a \\\"b\\\" c\"\n").tree == "script a \"b\" c;");
  CHECK(read("TCP_CHECK{\n}\n").tree == "TCP_CHECK{};");
}

TEST_CASE("blanks from web pages are blanks") {
  const Read done = read(
      "a {\n\xC2\xA0 \xC2\xA0"
      "b\xC2\xA0"
      "c\n}\n");
  CHECK(done.tree == "a{b c;};");
  CHECK(done.messages ==
        "2: here and maybe further on, blanks are no-break spaces (U+00A0) or the like, which "
        "keepalived takes for parts of words");
}

TEST_CASE("macros stand for their values") {
  CHECK(
      read("$IF=eth0 # the wire\n$ALL=$IF eth1\ninterface ${IF}\nboth $ALL\nnone $X ${Y\n").tree ==
      "interface eth0;both eth0 eth1;none $X ${Y;");
  CHECK(read("$A=$A\nx $A\n").tree == "x $A;");
}

TEST_CASE("lines for another node are passed over") {
  const Read done =
      read("@node1 priority 1\n@node2 priority 2\n@^node2 weight 3\n@^node1 weight 4\n");
  CHECK(done.tree == "priority 1;weight 3;");
  CHECK(done.skipped == 2);
}

TEST_CASE("files are included where they are named") {
  CHECK(read("x {\ninclude *.conf\n}\n").tree == "x{priority 1;priority 2;};");
  CHECK(read("include none*.conf\n").messages == "1: no file matches 'none*.conf'");
  CHECK(read("include loop.conf\n").messages == "1: files include each other without end");
}

TEST_CASE("a forgotten brace is supplied where the next block shows it") {
  const Read servers =
      read("virtual_server a {\nreal_server b {\nTCP_CHECK {\nx\n}\nreal_server c {\n}\n}\n");
  CHECK(servers.tree == "virtual_server a{real_server b{TCP_CHECK{x;};};real_server c{};};");
  CHECK(servers.messages == "2: the '}' of 'real_server b' is missing before 'real_server c'");
  const Read blocks = read("vrrp_instance A {\nx\nvrrp_instance B {\n");
  CHECK(blocks.tree == "vrrp_instance A{x;};vrrp_instance B{};");
  CHECK(blocks.messages ==
        "1: the '}' of 'vrrp_instance A' is missing before 'vrrp_instance B'\n"
        "3: the '}' of 'vrrp_instance B' is missing before the end of the file");
}
