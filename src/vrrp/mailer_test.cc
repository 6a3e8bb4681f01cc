// SPDX-License-Identifier: MIT
#include "vrrp/mailer.h"

#include <errno.h>
#include <sys/socket.h>

#include "vrrp/test_node.h"

namespace hawser {
namespace {

using Catch::Matchers::Contains;

// Mail servers at the other ends of socketpairs: each says what its script has, line by line, as
// soon as it hears something.
struct PostOffice : TestNode {
  PostOffice() {
    for (const char* name : {"mx1", "mx2"}) {
      mailers.mailers.push_back({});
      mailers.mailers.back().name = name;
      mailers.mailers.back().address = *Address::parse_ip("192.0.2.25", 25);
    }
    mailers.name = "ops";
  }

  Fd connect(const Address&) {
    ++connects;
    if (refuse > 0) {
      --refuse;
      errno = ECONNREFUSED;
      return {};
    }
    int ends[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
    server.reset(ends[1]);
    at = 0;
    watch = std::make_unique<FdWatch>(loop, server.get(), FdWatch::kRead, [this](int) { hear(); });
    if (!silent) say();
    return Fd(ends[0]);
  }

  void say() {
    if (at >= script.size()) return;
    const std::string line = script[at++] + "\r\n";
    REQUIRE(send(server.get(), line.data(), line.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(line.size()));
  }

  void hear() {
    char buffer[4096];
    const ssize_t got = recv(server.get(), buffer, sizeof buffer, 0);
    if (got <= 0) {
      watch->set(0);
      return loop.stop();  // the mailer has hung up
    }
    heard.append(buffer, static_cast<size_t>(got));
    say();
  }

  // Until the mailer hangs up.
  void converse() { loop.run(); }

  Mailer mailer() {
    return Mailer(loop, deadlines, mailers, [this](const Address& a) { return connect(a); });
  }

  LogCapture log;
  MailersConfig mailers;
  std::vector<std::string> script = {"220 mx", "250 mx", "250 ok", "250 ok", "354 go", "250 ok"};
  size_t at = 0;
  std::string heard;
  int connects = 0, refuse = 0;
  bool silent = false;
  Fd server;
  std::unique_ptr<FdWatch> watch;
};

Mail make_mail(const char* text) {
  return {"lb1", "hawser@lb1", {"ops@example.com"}, "Subject: " + std::string(text) + "\n\nbody\n"};
}

TEST_CASE("mails are sent one after the other") {
  PostOffice office;
  Mailer mailer = office.mailer();
  mailer.send(make_mail("one"));
  mailer.send(make_mail("two"));
  CHECK(office.connects == 1);
  office.converse();
  CHECK(mailer.queued() == 1);
  office.pass(Millis(1));
  office.converse();
  CHECK(mailer.queued() == 0);
  CHECK_THAT(office.heard, Contains("Subject: one\r\n\r\nbody\r\n.\r\nQUIT\r\n"));
  CHECK_THAT(office.heard, Contains("Subject: two\r\n\r\nbody\r\n.\r\nQUIT\r\n"));
  CHECK(office.log.lines().empty());
}

TEST_CASE("the next server is tried when one does not take the mail") {
  PostOffice office;
  office.refuse = 1;
  Mailer mailer = office.mailer();
  mailer.send(make_mail("one"));
  CHECK(office.connects == 1);
  office.pass(Millis(1));
  CHECK(office.connects == 2);
  office.converse();
  CHECK(mailer.queued() == 0);
}

TEST_CASE("a mail that no server takes is tried again, and given up in the end") {
  PostOffice office;
  office.refuse = 100;
  Mailer mailer = office.mailer();
  mailer.send(make_mail("one"));
  office.pass(Millis(1));
  CHECK(office.connects == 2);
  CHECK(office.log.lines() ==
        std::vector<std::string>{"warning: mailers ops: will try again: mx1: Connection refused; "
                                 "mx2: Connection refused"});
  office.pass(Mailer::kRetryAfter * Mailer::kAttempts);
  CHECK(office.connects == 2 * Mailer::kAttempts);
  CHECK(mailer.queued() == 0);
  CHECK(office.log.lines().back() ==
        "alert: mailers ops: a mail to ops@example.com was not sent: mx1: Connection refused; mx2: "
        "Connection refused");
}

TEST_CASE("a server that says nothing is left after `timeout mail`") {
  PostOffice office;
  office.silent = true;
  Mailer mailer = office.mailer();
  mailer.send(make_mail("one"));
  office.pass(office.mailers.timeout);
  office.silent = false;
  office.pass(Millis(1));
  CHECK(office.connects == 2);
}

TEST_CASE("the queue is bounded") {
  PostOffice office;
  office.silent = true;
  Mailer mailer = office.mailer();
  for (size_t i = 0; i < Mailer::kMaxQueue + 5; ++i) mailer.send(make_mail("one"));
  CHECK(mailer.queued() == Mailer::kMaxQueue);
  CHECK(office.log.lines() ==
        std::vector<std::string>{"warning: mailers ops: 64 mails wait, further ones are dropped"});
}

}  // namespace
}  // namespace hawser
