// SPDX-License-Identifier: MIT
// Another attempt: after which failures, on which server, and for whom no more.
#include "proxy/testing.h"

using namespace hawser;

namespace {

uint32_t retries_of_refused_request(std::string_view lines) {
  Lab lab(
      listen_with({.timeouts = " timeout client 4s\n timeout server 4s\n timeout connect 10ms\n",
                   .lines = lines}));
  lab.stop_server();
  Peer& client = lab.connect();
  client.send(kGet);
  CHECK(client.read_until("\r\n") == "HTTP/1.1 503 Service Unavailable\r\n");
  return static_cast<uint32_t>(lab.server_counters().retries.value());
}

// The pause before a server is tried again.
constexpr Millis kTurnAround{1001};

std::string site(std::string_view lines, std::string_view servers = " server s @s1\n") {
  return listen_with({.timeouts = " timeout connect 1h\n timeout client 2h\n timeout server 10m\n",
                      .lines = lines,
                      .servers = servers});
}

// What can go wrong once a server has the request.
enum class Failure { kEmpty, kJunk, kTimeout, kStatus };
constexpr Failure kFailures[] = {Failure::kEmpty, Failure::kJunk, Failure::kTimeout,
                                 Failure::kStatus};

void fail(Lab& lab, Peer& server, Failure how) {
  switch (how) {
    case Failure::kEmpty:
      return server.close();
    case Failure::kJunk:
      return server.send("junk\r\n\r\n");
    case Failure::kTimeout:
      return lab.pass(Millis(610'000));
    case Failure::kStatus:
      return server.send("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
  }
}

// Does another attempt follow that failure? If not, the client has its answer.
bool is_repeated(std::string_view retry_on, Failure how) {
  Lab lab(site(fmt::format(" retries 1\n retry-on {}\n", retry_on)));
  Peer& client = lab.connect();
  client.send(kGet);
  Peer& server = lab.accept();
  CHECK(server.read_until("\r\n\r\n") == kGet);
  fail(lab, server, how);
  lab.turn();
  const bool answered = client.read_now().starts_with("HTTP/1.1 50");
  lab.pass(kTurnAround);
  const bool repeated = lab.has_unexpected_connection();
  CHECK(answered != repeated);
  return repeated;
}

// Which retry goes to another server, where the cookie's refuses: all others go to the same one;
// -1: none does, and the client gets 503.
int64_t retry_elsewhere(std::string_view lines) {
  Lab lab(site(lines, " cookie C insert\n server a @s1 cookie a\n server b @s2 cookie b\n"), 2);
  lab.stop_server(1);
  Peer& client = lab.connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\nCookie: C=a\r\n\r\n");
  lab.turn();
  for (int second = 0; second < 20; ++second) {
    if (lab.has_unexpected_connection(2)) {
      const ServerCounters& counts = lab.server_counters(0);
      CHECK(counts.redispatches.value() == 1);
      return static_cast<int64_t>(counts.retries.value() + counts.redispatches.value());
    }
    if (client.read_now().starts_with("HTTP/1.1 503 ")) return -1;
    lab.pass(kTurnAround);
  }
  FAIL("no end in sight");
  return 0;
}

}  // namespace

TEST_CASE("a failed connect is tried again unless `retry-on` says otherwise") {
  CHECK(retries_of_refused_request(" retries 2\n") == 2);
  CHECK(retries_of_refused_request(" retries 2\n retry-on conn-failure\n") == 2);
  CHECK(retries_of_refused_request(" retries 2\n retry-on all-retryable-errors\n") == 2);
  CHECK(retries_of_refused_request(" retries 2\n retry-on none\n") == 0);
  CHECK(retries_of_refused_request(" retries 2\n retry-on empty-response 503\n") == 0);
}

TEST_CASE("each word of `retry-on` stands for one failure and no other") {
  struct Row {
    std::string_view word;
    Failure failure;
  };
  for (const Row& row :
       {Row{"empty-response", Failure::kEmpty}, Row{"junk-response", Failure::kJunk},
        Row{"response-timeout", Failure::kTimeout}, Row{"503", Failure::kStatus}}) {
    for (const Failure failure : kFailures) {
      INFO(row.word << ", failure " << static_cast<int>(failure));
      CHECK(is_repeated(row.word, failure) == (failure == row.failure));
    }
  }
}

TEST_CASE("nothing that reached a server is repeated unless `retry-on` says so") {
  for (const Failure failure : {Failure::kEmpty, Failure::kJunk, Failure::kTimeout}) {
    INFO("failure " << static_cast<int>(failure));
    CHECK_FALSE(is_repeated("conn-failure", failure));
    CHECK_FALSE(is_repeated("none", failure));
    CHECK(is_repeated("all-retryable-errors", failure));
  }
}

TEST_CASE("there are as many attempts as `retries` says, and one") {
  Lab lab(site(" retries 2\n retry-on empty-response\n"));
  Peer& client = lab.connect();
  client.send(kGet);
  for (int attempt = 0; attempt < 3; ++attempt) {
    Peer& server = lab.accept();
    CHECK(server.read_until("\r\n\r\n") == kGet);
    server.close();  // a server that has accepted needs no pause
  }
  CHECK(client.read_until("\r\n") == "HTTP/1.1 502 Bad Gateway\r\n");
  CHECK(lab.server_counters().retries.value() == 2);
}

TEST_CASE("a body goes out again with its request") {
  Lab lab(site(" retries 1\n retry-on empty-response\n"));
  Peer& client = lab.connect();
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody";
  client.send(post);
  Peer& first = lab.accept();
  CHECK(first.read_until("body") == post);
  first.close();
  lab.pass(kTurnAround);
  Peer& second = lab.accept();
  CHECK(second.read_until("body") == post);
  second.send(kOk);
  CHECK(client.read_until("ok") == kOk);
}

TEST_CASE("`option redispatch` says on which retry another server gets the request") {
  CHECK(retry_elsewhere(" retries 3\n") == -1);
  CHECK(retry_elsewhere(" retries 3\n no option redispatch\n") == -1);
  CHECK(retry_elsewhere(" retries 3\n option redispatch\n") == 3);  // the last
  CHECK(retry_elsewhere(" retries 5\n option redispatch -1\n") == 5);
  CHECK(retry_elsewhere(" retries 4\n option redispatch -2\n") == 3);
  CHECK(retry_elsewhere(" retries 3\n option redispatch 1\n") == 1);
  CHECK(retry_elsewhere(" retries 5\n option redispatch 2\n") == 2);
  CHECK(retry_elsewhere(" retries 2\n option redispatch 3\n") == -1);  // never comes
}

TEST_CASE("a server that nothing has named is left at once with `option redispatch`") {
  struct Row {
    const char* lines;
    const char* words;  // of the second server
    bool leaves;
  };
  const Row row = GENERATE(
      Row{" option redispatch\n", "", true}, Row{" option redispatch 3\n", "", true},
      Row{" option redispatch\n balance first\n", "", true},
      Row{" option redispatch\n balance static-rr\n", "", true}, Row{"", "", false},
      Row{" option redispatch 0\n", "", false}, Row{" option redispatch\n", "backup", false},
      Row{" option redispatch\n", "weight 0", false},
      Row{" option redispatch\n", "disabled", false});
  INFO(row.lines << row.words);
  Lab lab(site(fmt::format(" retries 3\n{}", row.lines),
               fmt::format(" server a @s1\n server b @s2 {}\n", row.words)),
          2);
  lab.stop_server(1);
  Peer& client = lab.connect();
  client.send(kGet);
  if (!row.leaves) {
    CHECK_FALSE(lab.has_unexpected_connection(2));
    CHECK(client.read_now() == "");
    return;
  }
  Peer& server = lab.accept(2);
  server.read_until("\r\n\r\n");
  answer(server, client);
  CHECK(lab.log_line().find("/+1 0/0 ") != std::string::npos);
}

TEST_CASE("a client that has closed is waited for, unless `option abortonclose` is set") {
  const bool aborts = GENERATE(true, false);
  Lab lab(site(aborts ? " option abortonclose\n" : "", " server a @s1 maxconn 1\n"));
  Peer& first = lab.connect();
  Peer& server = lab.reach_server(first);
  SECTION("while its response is awaited") {
    first.finish();
    lab.turn();
    if (aborts) {
      CHECK(server.is_closed());
      CHECK(lab.log_line().find(" CH-- ") != std::string::npos);
    } else {
      server.send(kOk);
      CHECK(first.read_until("ok") == kOk);
    }
  }
  SECTION("while it waits for room on a server") {
    Peer& second = lab.connect();
    second.send(kGet);
    lab.turn();
    second.finish();
    lab.turn();
    if (aborts) {
      CHECK(lab.log_line().find(" CQ-- ") != std::string::npos);
      CHECK(second.is_closed());
    }
    server.send(kOk);
    first.read_until("ok");
    if (aborts) {
      CHECK_FALSE(lab.has_unexpected_connection());
    } else {
      Peer& again = lab.accept();
      CHECK(again.read_until("\r\n\r\n") == kGet);
      again.send(kOk);
      CHECK(second.read_until("ok") == kOk);
    }
  }
}
