// SPDX-License-Identifier: MIT
#include "base/testing.h"
#include "config/lexer.h"
#include "config/refusal.h"

namespace hawser {
namespace {

std::string modern(std::string_view line) {
  const Environment environment;
  Diag diag;
  Lexer lexer(environment, diag);
  const auto words = lexer.cut(line, {1, diag.add_file("t", line), 0});
  return words ? modern_form(*words) : "?";
}

TEST_CASE("old rewriting lines are spelled out in today's words") {
  for (const auto& [line, form] : {
           std::pair{R"(reqadd X-Foo:\ bar)", "http-request add-header X-Foo bar"},
           std::pair{R"(reqadd "X-Foo: a b")", "http-request add-header X-Foo 'a b'"},
           std::pair{R"(rspadd X-Via:\ lb1)", "http-response add-header X-Via lb1"},
           std::pair{R"(reqadd)", "http-request add-header <name> <value>"},
           std::pair{R"(reqidel ^X-Forwarded-For:.*)", "http-request del-header X-Forwarded-For"},
           std::pair{R"(rspdel ^Server)", "http-response del-header ^Server -m reg"},
           std::pair{R"(reqrep ^Host:\ (.*)\.old Host:\ \1.new)",
                     R"(http-request replace-header Host '(.*)\.old' '\1.new')"},
           std::pair{R"(reqdeny ^Host:\ evil)",
                     "http-request deny if { req.hdr(Host) -m reg evil }"},
           std::pair{R"(reqtarpit /cgi-bin)", "http-request tarpit if { path -m reg /cgi-bin }"},
           std::pair{R"(reqpass /ok)", "http-request allow if { path -m reg /ok }"},
           std::pair{R"(rspdeny ^Set-Cookie:\ x)",
                     "http-response deny if { res.hdr(Set-Cookie) -m reg x }"},
           std::pair{R"(block if { src 192.0.2.0/24 })",
                     R"(http-request deny if { src 192.0.2.0/24 })"},
           std::pair{"bind :80", ""},
       }) {
    INFO(line);
    CHECK(modern(line) == form);
  }
}

}  // namespace
}  // namespace hawser
