// SPDX-License-Identifier: MIT
#include "vrrp/smtp_dialog.h"

#include "base/testing.h"

namespace hawser {
namespace {

using Progress = SmtpDialog::Progress;

Mail make_mail(std::vector<std::string> to = {"ops@example.com"}) {
  return {"lb1.example.com", "hawser@lb1", std::move(to), "Subject: x\n\nbody\n"};
}

struct Talk {
  explicit Talk(std::vector<std::string> to = {"ops@example.com"})
      : mail(make_mail(std::move(to))) {}
  // What we say to `line`.
  std::string hear(std::string_view line) {
    std::string out;
    progress = dialog.received(line, out);
    return out;
  }
  Mail mail;
  SmtpDialog dialog{mail};
  Progress progress = Progress::kGoesOn;
};

TEST_CASE("a mail is sent step by step, and taken before QUIT") {
  Talk talk;
  CHECK(talk.hear("220 mx ready\r\n") == "EHLO lb1.example.com\r\n");
  CHECK(talk.hear("250-mx\r\n250-SIZE 1000\r\n250 HELP\r\n") == "MAIL FROM:<hawser@lb1>\r\n");
  CHECK(talk.hear("250 ok\r\n") == "RCPT TO:<ops@example.com>\r\n");
  CHECK(talk.hear("250 ok\r\n") == "DATA\r\n");
  CHECK(talk.hear("354 go on\r\n") == "Subject: x\r\n\r\nbody\r\n.\r\n");
  CHECK(talk.progress == Progress::kGoesOn);
  CHECK(talk.hear("250 queued\r\n") == "QUIT\r\n");
  CHECK(talk.progress == Progress::kSent);
  CHECK(talk.dialog.closed() == Progress::kSent);
}

TEST_CASE("a server without extensions is greeted with HELO") {
  Talk talk;
  talk.hear("220 mx\r\n");
  CHECK(talk.hear("502 what?\r\n") == "HELO lb1.example.com\r\n");
  CHECK(talk.hear("250 mx\r\n") == "MAIL FROM:<hawser@lb1>\r\n");
}

TEST_CASE("one recipient that is accepted is enough; who was refused is known") {
  Talk talk({"no@example.com", "yes@example.com"});
  for (const char* line : {"220 mx\r\n", "250 mx\r\n", "250 ok\r\n"}) talk.hear(line);
  CHECK(talk.hear("550 unknown\r\n") == "RCPT TO:<yes@example.com>\r\n");
  CHECK(talk.hear("251 forwarded\r\n") == "DATA\r\n");
  CHECK(talk.dialog.refused() == "no@example.com: 550 unknown");
}

TEST_CASE("what the server refuses is said in its words") {
  struct Row {
    std::vector<const char*> lines;
    const char* problem;
  };
  const std::vector<Row> rows = {
      {{"554 go away\r\n"}, "its greeting is '554 go away'"},
      {{"220 mx\r\n", "421 busy\r\n"}, "its answer to EHLO is '421 busy'"},
      {{"220 mx\r\n", "500 no\r\n", "501 no\r\n"}, "its answer to HELO is '501 no'"},
      {{"220 mx\r\n", "250 mx\r\n", "452\r\n"}, "its answer to MAIL is '452 '"},
      {{"220 mx\r\n", "250 mx\r\n", "250 ok\r\n", "550 who\r\n"},
       "it takes no recipient: ops@example.com: 550 who"},
      {{"220 mx\r\n", "250 mx\r\n", "250 ok\r\n", "250 ok\r\n", "250 ok\r\n"},
       "its answer to DATA is '250 ok'"},
      {{"220 mx\r\n", "250 mx\r\n", "250 ok\r\n", "250 ok\r\n", "354 ok\r\n", "552 full\r\n"},
       "its answer to the mail is '552 full'"},
      {{"HTTP/1.1 400 Bad Request\r\n"}, "what it says is not SMTP"},
      {{"220-mx\r\n221 mx\r\n"}, "what it says is not SMTP"},
  };
  for (const Row& row : rows) {
    INFO(row.problem);
    Talk talk;
    for (const char* line : row.lines) talk.hear(line);
    CHECK(talk.progress == Progress::kFailed);
    CHECK(talk.dialog.problem() == row.problem);
  }
}

TEST_CASE("a server that closes too early has not taken the mail") {
  Talk talk;
  talk.hear("220 mx\r\n");
  CHECK(talk.dialog.closed() == Progress::kFailed);
  CHECK(talk.dialog.problem() == "it closed the connection");
}

TEST_CASE("replies arrive in any pieces") {
  const std::string text = "220 mx\r\n250-mx\r\n250 HELP\r\n250 ok\r\n";
  for (size_t piece = 1; piece < text.size(); ++piece) {
    Talk talk;
    std::string said;
    for (size_t at = 0; at < text.size(); at += piece) said += talk.hear(text.substr(at, piece));
    CHECK(said ==
          "EHLO lb1.example.com\r\nMAIL FROM:<hawser@lb1>\r\nRCPT TO:<ops@example.com>\r\n");
  }
}

TEST_CASE("replies are bounded") {
  Talk endless_line;
  endless_line.hear("220 " + std::string(3000, 'x'));
  CHECK(endless_line.progress == Progress::kFailed);
  Talk endless_reply;
  for (int i = 0; i < 200 && endless_reply.progress == Progress::kGoesOn; ++i) {
    endless_reply.hear("220-x\r\n");
  }
  CHECK(endless_reply.progress == Progress::kFailed);
}

TEST_CASE("lines of a mail that begin with a dot get another one") {
  struct Row {
    const char* data;
    const char* wire;
  };
  for (const auto& row : {Row{"a\n.b\n..\n.\n", "a\r\n..b\r\n...\r\n..\r\n.\r\n"},
                          Row{"a\r\nb", "a\r\nb\r\n.\r\n"}, Row{"a\n\n", "a\r\n\r\n.\r\n"}}) {
    CHECK(smtp_body(row.data) == row.wire);
  }
}

}  // namespace
}  // namespace hawser
