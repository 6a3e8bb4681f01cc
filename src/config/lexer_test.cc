// SPDX-License-Identifier: MIT
#include "config/lexer.h"

#include "base/testing.h"

namespace hawser {
namespace {

Environment test_environment() {
  Environment out;
  out.set("A", "one");
  out.set("LIST", "1 2  3");
  out.set("EMPTY", "");
  return out;
}

// The words of `line`, each in brackets; or the error with its column.
std::string cut(std::string_view line) {
  const Environment environment = test_environment();
  Diag diag;
  const uint16_t file = diag.add_file("t.cfg", line);
  Lexer lexer(environment, diag);
  lexer.set_section("web");
  const auto words = lexer.cut(line, {7, file, 0});
  std::string out;
  if (!words) {
    const Diagnostic& error = diag.all().front();
    return std::to_string(error.pos.column) + ": " + error.text;
  }
  for (const Word& word : *words) out += "[" + std::string(word.text) + "]";
  return out;
}

struct Row {
  std::string_view line;
  std::string_view words;
};

TEST_CASE("words are cut at blanks, and comments are dropped") {
  for (const auto& [line, words] : {
           Row{"", ""},
           Row{" \t ", ""},
           Row{"a b\tc", "[a][b][c]"},
           Row{"mode    http   # or tcp", "[mode][http]"},
           Row{"global#this is the global section", "[global]"},
           Row{"# 最大连接数", ""},
           Row{"a'#'b c\\#d", "[a#b][c#d]"},
       }) {
    INFO(line);
    CHECK(cut(line) == words);
  }
}

TEST_CASE("what editors and web pages put in the place of blanks separates words too") {
  CHECK(cut("\xEF\xBB\xBFglobal") == "[global]");
  CHECK(cut("\xC2\xA0 \xC2\xA0uid\xC2\xA0 99\xC2\xA0# x") == "[uid][99]");
  CHECK(cut("a\xC2\xA0'b' \"c\xC2\xA0"
            "d\"") ==
        "[a][b][c\xC2\xA0"
        "d]");
  CHECK(cut("\xC2\xA1 \xE6\x96\x87") == "[\xC2\xA1][\xE6\x96\x87]");
}

TEST_CASE("quotes and escapes give the characters that HAProxy's manual says") {
  for (const auto& [line, words] : {
           Row{R"(%{+Q}o\ %t\ %s\ %{-Q}r)", "[%{+Q}o %t %s %{-Q}r]"},
           Row{R"("%{+Q}o %t"' %s %{-Q}r')", "[%{+Q}o %t %s %{-Q}r]"},
           Row{R"("%{+Q}o %t"' %s'\ %{-Q}r)", "[%{+Q}o %t %s %{-Q}r]"},
           Row{R"x(regsub(\"(foo|bar)\",blah))x", R"x([regsub("(foo|bar)",blah)])x"},
           Row{R"('a\q$b' "it's")", R"([a\q$b][it's])"},
           Row{R"(a\.b\q c\x41'd"e'"f'g")", R"([a\.b\q][cAd"ef'g])"},
           Row{R"("a\qb\$c\'d\ e")", R"([a\qb$c'd e])"},
           Row{R"(a\$b)", R"([a\$b])"},
           Row{R"(^/x$ $HOME)", "[^/x$][$HOME]"},
           Row{R"(\n\r\t\\)", "[\n\r\t\\]"},
           Row{R"(end\)", R"([end\])"},
           Row{R"(a "" '' b)", "[a][][][b]"},
       }) {
    INFO(line);
    CHECK(cut(line) == words);
  }
}

TEST_CASE("variables are expanded in double quotes, and in braces without") {
  for (const auto& [line, words] : {
           Row{R"("$A" "${A}x" x${A}y)", "[one][onex][xoney]"},
           Row{R"('$A' '${A}' $A)", "[$A][${A}][$A]"},
           Row{R"("${NOPE-d f}" ${NOPE-x}:${NOPE-80} "${EMPTY-x}y")", "[d f][x:80][y]"},
           Row{R"(${A-x}|"${NOPE}"|)", "[one||]"},
           Row{R"(fd@${A} "fd@${A}")", "[fd@one][fd@one]"},
           Row{R"("${.FILE}:${.LINE}:$.SECTION")", "[t.cfg:7:web]"},
       }) {
    INFO(line);
    CHECK(cut(line) == words);
  }
}

TEST_CASE("a word that is nothing but empty variables is dropped") {
  for (const auto& [line, words] : {
           Row{R"(a ${EMPTY} b)", "[a][b]"},
           Row{R"(a "${EMPTY}" "$NOPE" b)", "[a][b]"},
           Row{R"(a ${EMPTY}${NOPE} x${EMPTY})", "[a][x]"},
           Row{R"(a "${EMPTY[*]}" b)", "[a][b]"},
       }) {
    INFO(line);
    CHECK(cut(line) == words);
  }
}

TEST_CASE("a list becomes words, the first and the last with what stands beside it") {
  CHECK(cut(R"("${LIST[*]}")") == "[1][2][3]");
  CHECK(cut(R"(x"${LIST[*]}"y z)") == "[x1][2][3y][z]");
  CHECK(cut(R"(${LIST[*]} "${LIST}")") == "[1][2][3][1 2  3]");
  CHECK(cut(R"("${NOPE[*]-u v}")") == "[u][v]");
}

TEST_CASE("lines that cannot be cut are refused at the right column") {
  const std::string long_line(kMaxLine + 1, 'x');
  for (const auto& [line, words] : {
           Row{R"(a "bc)", "3: this double quote is not closed"},
           Row{"a 'bc", "3: this single quote is not closed"},
           Row{R"(a "${A)", "4: this brace is not closed"},
           Row{R"(a "${A" b})", "4: this brace is not closed"},
           Row{R"("$1")", "2: '$' must be followed by the name of a variable"},
           Row{R"("cost: 5$")", "9: '$' must be followed by the name of a variable"},
           Row{"${}", "1: '$' must be followed by the name of a variable"},
           Row{R"("${A[1]}")", "5: '[1]' cannot follow a variable's name"},
           Row{R"(ab\xZZ)", R"(3: '\x' must be followed by two hexadecimal digits)"},
           Row{R"(\x4)", R"(1: '\x' must be followed by two hexadecimal digits)"},
           Row{R"(\x00)", R"(1: '\x00' is not allowed: no word can hold it)"},
           Row{std::string_view("a\0b", 3), "2: the line contains a NUL byte"},
           Row{long_line, "1: the line is longer than 64 KiB"},
       }) {
    INFO(line.substr(0, 80));
    CHECK(cut(line) == words);
  }
  CHECK(cut(std::string(kMaxLine, 'x')).size() == kMaxLine + 2);
}

TEST_CASE("a word's position and width are those in the source line") {
  const Environment environment = test_environment();
  Diag diag;
  const uint16_t file = diag.add_file("t.cfg", {});
  Lexer lexer(environment, diag);
  const auto words = lexer.cut(R"(  log-format  "%t \" $A" # x)", {3, file, 0});
  REQUIRE(words);
  REQUIRE(words->size() == 2);
  CHECK((*words)[0].pos.column == 3);
  CHECK((*words)[0].width == 10);
  CHECK((*words)[1].pos.line == 3);
  CHECK((*words)[1].pos.column == 15);
  CHECK((*words)[1].width == 10);
  CHECK((*words)[1].text == "%t \" one");
}

}  // namespace
}  // namespace hawser
