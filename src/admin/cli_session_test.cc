// SPDX-License-Identifier: MIT
#include "admin/cli_session.h"

#include "base/testing.h"

namespace hawser {
namespace {

// "a|b c" for the commands of a line and their words.
std::string shown(const std::vector<CliRequest>& commands) {
  std::string text;
  for (const CliRequest& command : commands) {
    if (!text.empty()) text += '|';
    for (size_t i = 0; i < command.words.size(); ++i) {
      if (i > 0) text += ',';
      text += command.words[i];
    }
  }
  return text;
}

// Feeds `in`, answers each command with its own words (and its payload in parentheses), and gives
// what the client reads; "#" at the end: the connection is closed.
std::string talk(std::string_view in, bool half_close = true, size_t piece = 4096) {
  CliSession session(CliLevel::kAdmin, Millis(1000));
  const auto run = [&session] {
    while (const auto request = session.next()) {
      std::string answer = shown({*request});
      if (!request->payload.empty()) answer += "(" + request->payload + ")";
      if (answer == "prompt") {
        session.state().interactive = !session.state().interactive;
        answer.clear();
      }
      if (answer == "quit") {
        session.state().quit = true;
        answer.clear();
      }
      session.answer(answer);
      session.end_answer();
    }
  };
  for (size_t at = 0; at < in.size(); at += piece) {
    session.feed(in.substr(at, piece));
    run();
  }
  if (half_close) session.end_of_input();
  run();
  return session.out() + (session.is_over() ? "#" : "");
}

TEST_CASE("a line is commands of words") {
  struct Row {
    const char* line;
    const char* commands;
  };
  for (const auto& row : {
           Row{"show stat", "show,stat"},
           Row{"  show   stat\t", "show,stat"},
           Row{"a;b c ; d", "a|b,c|d"},
           Row{"a;;b;", "a|b"},
           Row{"a\\;b c\\ d e\\\\f", "a;b,c d,e\\f"},
           Row{"be\\/s1", "be/s1"},
           Row{"tail\\", "tail\\"},
           Row{"", ""},
           Row{" ; ", ""},
       }) {
    INFO(row.line);
    CHECK(shown(split_cli_line(row.line).commands) == row.commands);
    CHECK_FALSE(split_cli_line(row.line).payload_end);
  }
}

TEST_CASE("a payload is announced by the last word") {
  struct Row {
    const char* line;
    const char* commands;
    const char* end;  // nullptr: no payload
  };
  for (const auto& row : {
           Row{"set x <<", "set,x", ""},
           Row{"a; set x <<EOF", "a|set,x", "EOF"},
           Row{"set x <<1234567", "set,x", "1234567"},
           Row{"set x <<12345678", "set,x,<<12345678", nullptr},
           Row{"set x<<", "set,x<<", nullptr},
           Row{"set << x", "set,<<,x", nullptr},
           Row{"set x \\<<", "set,x,<<", nullptr},
           Row{"set x <<;b", "set,x,<<|b", nullptr},
           Row{"<<", "<<", nullptr},
       }) {
    INFO(row.line);
    const CliLine line = split_cli_line(row.line);
    CHECK(shown(line.commands) == row.commands);
    CHECK(line.payload_end.has_value() == (row.end != nullptr));
    if (row.end != nullptr) CHECK(line.payload_end.value_or("?") == row.end);
  }
}

TEST_CASE("the client reads one answer a command, each ended by an empty line") {
  struct Row {
    const char* in;
    const char* out;
  };
  for (const auto& row : {
           Row{"show stat\n", "show,stat\n\n#"},
           Row{"show stat\r\n", "show,stat\n\n#"},
           Row{"a;b\n", "a\n\nb\n\n#"},
           Row{"a\nb\n", "a\n\nb\n\n#"},
           Row{"a;quit;b\n", "a\n\n#"},
           Row{"\n", "\n#"},
           Row{"", "#"},
           Row{"prompt\na\n", "\n> a\n\n> #"},
           Row{"prompt;a\n\n", "\n> a\n\n> > #"},
           Row{"prompt\nprompt;a\nb\n", "\n> \na\n\nb\n\n#"},
           Row{"prompt\nquit\n", "\n> #"},
           Row{"set x <<\none\ntwo\n\n", "set,x(one\ntwo\n)\n\n#"},
           Row{"set x <<EOF\none\n\ntwo\nEOF\n", "set,x(one\ntwo\n)\n\n#"},
           Row{"a;set x <<\none\n\nb\n", "a\n\nset,x(one\n)\n\nb\n\n#"},
           Row{"prompt\nset x <<\none\n\n", "\n> + + set,x(one\n)\n\n> #"},
       }) {
    INFO(row.in);
    CHECK(talk(row.in) == row.out);
  }
}

TEST_CASE("what arrives byte by byte means the same") {
  for (const char* in : {"prompt\na;b\nset x <<EOF\n\none\nEOF\nquit\n", "set x <<\none\n\n"}) {
    INFO(in);
    CHECK(talk(in, true, 1) == talk(in));
  }
}

TEST_CASE("the connection stays open until a line has come") {
  CHECK(talk("", false).empty());
  CHECK(talk("show sta", false).empty());
  CHECK(talk("set x <<\none\n", false).empty());
  CHECK(talk("prompt\n", false) == "\n> ");
  CHECK(talk("a\n", false) == "a\n\n#");
}

TEST_CASE("a line that was cut off is not run") {
  CHECK(talk("disable server app/s1") == "The last line has no end of line: it was not run.\n\n#");
  CHECK(talk("set x <<\none\n") ==
        "The payload was not ended by an empty line: nothing was done.\n\n#");
  CHECK(talk("set x <<EOF\none\n\n") ==
        "The payload was not ended by a line 'EOF': nothing was done.\n\n#");
}

TEST_CASE("lines and payloads are bounded") {
  const std::string line(CliSession::kMaxLine, 'x');
  CHECK(talk(line + "\n") == line + "\n\n#");
  const std::string refusal = "Line too long: at most 16384 bytes are taken.\n\n#";
  CHECK(talk(line + "x\n") == refusal);
  CHECK(talk(line + "x", false) == refusal);
  CHECK(talk(line + line + line, false) == refusal);

  std::string payload;
  while (payload.size() <= CliSession::kMaxPayload) payload += std::string(1023, 'p') + "\n";
  CHECK(talk("set x <<\n" + payload, false) ==
        "Payload too long: at most 131072 bytes are taken.\n\n#");
}

TEST_CASE("an answer has no empty line inside") {
  CliSession session(CliLevel::kUser, Millis(1000));
  session.feed("x\n");
  REQUIRE(session.next());
  CHECK_FALSE(session.next());  // one at a time
  for (const char* piece : {"\n", "a\n", "\nb", "", "\n\n", "c"}) session.answer(piece);
  session.end_answer();
  CHECK(session.out() == "a\nb\nc\n\n");
}

}  // namespace
}  // namespace hawser
