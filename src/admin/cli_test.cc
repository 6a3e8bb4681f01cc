// SPDX-License-Identifier: MIT
#include "admin/cli.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>

#include "admin/test_site.h"
#include "shm/server_state.h"

namespace hawser {
namespace {

// A server without listeners on a loop of its own, and clients over socketpairs.
class CliFixture {
 public:
  CliFixture() : server(loop, site.config, *site.shared, site.control, {}) {}

  int connect(CliLevel level = CliLevel::kAdmin, int send_buffer = 0) {
    std::array<int, 2> ends{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
    if (send_buffer > 0) {
      setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
    }
    mine_.emplace_back(ends[0]);
    server.serve(Fd(ends[1]), level);
    return ends[0];
  }
  static void type(int fd, std::string_view text) {
    REQUIRE(::send(fd, text.data(), text.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(text.size()));
  }
  void turn() { uv_run(loop.uv(), UV_RUN_ONCE); }
  // Takes what has come, without waiting; `closed` tells of the end.
  static std::string take(int fd, bool& closed) {
    std::string out;
    std::array<char, 65536> buffer;
    ssize_t n = 0;
    while ((n = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0) {
      out.append(buffer.data(), static_cast<size_t>(n));
    }
    closed = n == 0 || errno != EAGAIN;
    return out;
  }
  // Runs the loop until the server has closed the connection; everything that came.
  std::string read_all(int fd) {
    std::string out;
    bool closed = false;
    while (true) {
      out += take(fd, closed);
      if (closed) return out;
      turn();
    }
  }
  std::string read_until(int fd, std::string_view end) {
    std::string out;
    bool closed = false;
    while (!out.ends_with(end)) {
      REQUIRE_FALSE(closed);
      turn();
      out += take(fd, closed);
    }
    return out;
  }
  std::string ask(std::string_view command, CliLevel level = CliLevel::kAdmin) {
    const int fd = connect(level);
    type(fd, std::string(command) + "\n");
    return read_all(fd);
  }

  TestSite site;
  Loop loop;
  CliServer server;

 private:
  std::vector<Fd> mine_;
};

TEST_CASE("a command is answered and the connection ends") {
  CliFixture cli;
  CHECK(cli.ask("show version") == HAWSER_VERSION "\n\n");
  CHECK(cli.ask("get weight app/s1;get weight app/s2") == "10 (initial 10)\n\n1 (initial 1)\n\n");
  CHECK(cli.server.clients() == 0);
}

TEST_CASE("a client that half-closes still gets its answers") {
  CliFixture cli;
  const int fd = cli.connect();
  cli.type(fd, "show version;show cli level\n");
  shutdown(fd, SHUT_WR);
  CHECK(cli.read_all(fd) == HAWSER_VERSION "\n\nadmin\n\n");
}

TEST_CASE("a client that says nothing and closes costs nothing") {
  CliFixture cli;
  shutdown(cli.connect(), SHUT_WR);
  while (cli.server.clients() > 0) cli.turn();
  CHECK(cli.server.clients() == 0);
}

TEST_CASE("an interactive client goes on") {
  CliFixture cli;
  const int fd = cli.connect();
  cli.type(fd, "prompt\n");
  CHECK(cli.read_until(fd, "> ") == "\n> ");
  cli.type(fd, "show cli level\n");
  CHECK(cli.read_until(fd, "> ") == "admin\n\n> ");
  cli.type(fd, "quit\n");
  CHECK(cli.read_all(fd) == "");
}

TEST_CASE("levels bound what a client may do, and can only be lowered") {
  CliFixture cli;
  CHECK(cli.ask("show sess", CliLevel::kUser) == "Permission denied\n\n");
  CHECK(cli.ask("disable server app/s1", CliLevel::kOperator) == "Permission denied\n\n");
  CHECK(cli.ask("disable frontend www", CliLevel::kOperator) == "Permission denied\n\n");
  CHECK(cli.site.control.calls.empty());
  CHECK(cli.ask("user;show cli level;operator;show cli level") ==
        "\nuser\n\nPermission denied\n\nuser\n\n");
}

TEST_CASE("commands on servers reach control") {
  CliFixture cli;
  struct Row {
    const char* command;
    const char* call;
    const char* answer;
  };
  const auto done = "\n";
  for (const auto& row : {
           Row{"set server app/s1 state drain", "0 drain", done},
           Row{"set server app/s2 state maint", "1 maint", done},
           Row{"set server db/m state ready", "2 ready", done},
           Row{"set server app/s1 health stopping", "0 stopping", done},
           Row{"set server app/s1 health up", "0 up", done},
           Row{"set server app/s1 health down", "0 down", done},
           Row{"set server app/s1 weight 50%", "0 weight 50%", done},
           Row{"set weight app/s1 300", "0 weight 300",
               "Absolute weight can only be between 0 and 256 inclusive.\n\n"},
           Row{"enable server app/s1", "0 ready", done},
           Row{"disable server app/s1", "0 maint", done},
           Row{"disable health app/s1", "0 checks off", done},
           Row{"enable health app/s1", "0 checks on", done},
       }) {
    INFO(row.command);
    cli.site.control.calls.clear();
    CHECK(cli.ask(row.command) == row.answer);
    CHECK(cli.site.control.calls == std::vector<std::string>{row.call});
  }
}

TEST_CASE("what is wrong with a command is said in HAProxy's words, and nothing is done") {
  CliFixture cli;
  struct Row {
    const char* command;
    const char* answer;
  };
  for (const auto& row : {
           Row{"set server", "Require 'backend/server'."},
           Row{"set server app/s1", "usage: set server <backend>/<server> health | state | weight"},
           Row{"set server app/s1 state",
               "'set server <srv> state' expects 'ready', 'drain' and "
               "'maint'."},
           Row{"set server app/s1 health bad",
               "'set server <srv> health' expects 'up', "
               "'stopping', or 'down'."},
           Row{"set server app/s1 weight", "Require <weight> or <weight%>."},
           Row{"set server app/s1 addr 10.0.0.1",
               "'set server <srv> addr' is known in HAProxy but not built yet: change the "
               "configuration and restart."},
           Row{"set server no/s1 state ready", "No such backend."},
           Row{"set weight app/no 3", "No such server."},
           Row{"enable health db/m",
               "Health check was not configured on this server, cannot enable."},
           Row{"set maxconn global", "Expects an integer value."},
           Row{"set maxconn global 1001", "Value out of range."},
           Row{"set maxconn server app/s1 3",
               "This command is known in HAProxy but not built yet: change 'maxconn' in the "
               "configuration and restart."},
           Row{"set timeout cli x", "Invalid timeout value."},
           Row{"show stat nope 4 -1", "No such proxy."},
           Row{"show stat app", "Expects three words: show stat <proxy> <type> <sid>; -1 is any."},
           Row{"show servers state nope", "Can't find backend."},
           Row{"clear counters some", "Unknown word 'some': clear counters [all]."},
           Row{"show env no_such_variable", "Variable not found"},
       }) {
    INFO(row.command);
    CHECK(cli.ask(row.command) == std::string(row.answer) + "\n\n");
  }
  CHECK(cli.site.control.calls.empty());
}

TEST_CASE("the global connection limit moves within the configured one") {
  CliFixture cli;
  CHECK(cli.ask("set maxconn global 500") == "\n");
  CHECK(cli.site.shared->header().maxconn == 500);
  CHECK(cli.ask("set maxconn global 0") == "\n");
  CHECK(cli.site.shared->header().maxconn == 1000);
}

TEST_CASE("show servers state has version 1 of HAProxy's format") {
  CliFixture cli;
  cli.site.config.proxies[1]->id_given = true;
  for (uint32_t slot = 0; slot < 3; ++slot) {
    cli.site.shared->server_state(slot).changed_ms.store(monotonic_ms());
  }
  cli.site.shared->server_state(1).word.store(
      HealthWord{ServerHealth::kDown, kAdminForcedByConfig, false, true, 0}.packed());
  CHECK(cli.ask("show servers state") ==
        "1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight "
        "srv_iweight srv_time_since_last_change srv_check_status srv_check_result "
        "srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn "
        "srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr "
        "srv_agent_port\n"
        "3 app 1 s1 127.0.0.1 2 0 10 10 0 1 0 2 6 0 1 0 - 8001 - 0 0 - - 0\n"
        "3 app 2 s2 127.0.0.1 0 5 1 1 0 1 0 0 14 0 1 0 - 8002 - 0 0 - - 0\n"
        "4 db 1 m 127.0.0.1 2 0 1 1 0 1 0 2 0 0 0 0 - 3306 - 0 0 - - 0\n\n");
  CHECK(cli.ask("show backend") == "# name\napp\ndb\n\n");
  CHECK(cli.ask("show servers conn db")
            .find("\ndb/m 4/1 127.0.0.1 3306 - 5000 0 0 0 0 0 -1 0 0 "
                  "0\n\n") != std::string::npos);
}

TEST_CASE("sessions come from the workers, when they answer") {
  CliFixture cli;
  cli.site.control.answers_late = true;
  const int fd = cli.connect(CliLevel::kOperator);
  cli.type(fd, "show sess all;show version\n");
  while (!cli.site.control.late) cli.turn();
  CHECK(cli.site.control.calls == std::vector<std::string>{"show sess all"});
  cli.site.control.late("0x1: proto=tcpv4\n");
  CHECK(cli.read_all(fd) == "0x1: proto=tcpv4\n\n" HAWSER_VERSION "\n\n");
}

TEST_CASE("an answer for a client that has gone is dropped") {
  TestSite site;
  site.control.answers_late = true;
  Loop loop;
  {
    CliServer server(loop, site.config, *site.shared, site.control, {});
    std::array<int, 2> ends{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
    const Fd mine(ends[0]);
    server.serve(Fd(ends[1]), CliLevel::kAdmin);
    CliFixture::type(mine.get(), "show errors\n");
    while (!site.control.late) uv_run(loop.uv(), UV_RUN_ONCE);
  }
  site.control.late("too late");
}

TEST_CASE("a long answer waits for its reader, in little memory") {
  CliFixture cli;
  ProxyConfig& db = *cli.site.config.proxies[2];
  // Tens of thousands of lines over the same slot.
  for (uint32_t i = 0; i < 20'000; ++i) {
    cli.site.config.proxies.push_back(std::make_unique<ProxyConfig>(db));
    cli.site.config.first_server.push_back(cli.site.config.first_server[2]);
  }
  const int fd = cli.connect(CliLevel::kAdmin, 8192);
  cli.type(fd, "show servers state\n");
  cli.turn();
  for (int turns = 0; turns < 3; ++turns) uv_run(cli.loop.uv(), UV_RUN_NOWAIT);
  bool closed = false;
  const size_t first = cli.take(fd, closed).size();
  CHECK(first > 0);
  CHECK(first < size_t{512} * 1024);
  const std::string rest = cli.read_all(fd);
  CHECK(std::count(rest.begin(), rest.end(), '\n') > 15'000);
  CHECK(rest.ends_with("0\n\n"));
}

TEST_CASE("a client that neither reads nor writes is dropped after stats timeout") {
  CliFixture cli;
  cli.site.config.global.stats_timeout = Millis(1);
  const int fd = cli.connect();
  CHECK(cli.read_all(fd) == "");
  CHECK(cli.server.clients() == 0);
}

TEST_CASE("clients over stats maxconn wait in the backlog") {
  TestSite site;
  site.config.global.stats_maxconn = 1;
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  const std::string path = "hawser-cli-test-" + std::to_string(getpid());
  std::copy(path.begin(), path.end(), name.sun_path + 1);  // abstract: nothing to clean up
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + path.size());
  const Fd listener(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  REQUIRE(bind(listener.get(), reinterpret_cast<sockaddr*>(&name), length) == 0);
  REQUIRE(listen(listener.get(), 8) == 0);
  const auto connect_client = [&] {
    Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(connect(fd.get(), reinterpret_cast<sockaddr*>(&name), length) == 0);
    fcntl(fd.get(), F_SETFL, O_NONBLOCK);
    return fd;
  };

  Loop loop;
  BindConfig bind_line;
  bind_line.level = "user";
  CliServer server(loop, site.config, *site.shared, site.control, {{&bind_line, listener.get()}});
  const Fd first = connect_client();
  Fd second = connect_client();
  CliFixture::type(first.get(), "prompt\n");
  CliFixture::type(second.get(), "show cli level\n");
  bool closed = false;
  std::string prompt;
  while (prompt.empty()) {
    uv_run(loop.uv(), UV_RUN_ONCE);
    prompt = CliFixture::take(first.get(), closed);
  }
  CHECK(server.clients() == 1);
  CHECK(CliFixture::take(second.get(), closed) == "");
  CHECK_FALSE(closed);

  CliFixture::type(first.get(), "quit\n");
  std::string answer;
  while (!closed) {
    uv_run(loop.uv(), UV_RUN_ONCE);
    answer += CliFixture::take(second.get(), closed);
  }
  CHECK(answer == "user\n\n");
}

TEST_CASE("a frontend is paused, resumed and stopped, each from a state that allows it") {
  CliFixture cli;
  auto& standing = cli.site.shared->frontend_state(0).standing;
  struct Row {
    const char* command;
    FrontendStanding standing;
    const char* answer;
    const char* call;
  };
  using enum FrontendStanding;
  for (const auto& row : {
           Row{"disable frontend www", kOpen, "\n", "0 paused"},
           Row{"disable frontend #2", kOpen, "\n", "0 paused"},
           Row{"disable frontend www", kPaused, "All sockets are already disabled.\n\n", ""},
           Row{"enable frontend www", kPaused, "\n", "0 open"},
           Row{"enable frontend www", kOpen, "All sockets are already enabled.\n\n", ""},
           Row{"shutdown frontend www", kPaused, "\n", "0 stopped"},
           Row{"shutdown frontend www", kStopped, "Frontend was already shut down.\n\n", ""},
           Row{"disable frontend app", kOpen, "No such frontend.\n\n", ""},
           Row{"disable frontend", kOpen, "A frontend name is expected.\n\n", ""},
       }) {
    INFO(row.command);
    cli.site.control.calls.clear();
    standing = row.standing;
    CHECK(cli.ask(row.command) == row.answer);
    const auto& calls = cli.site.control.calls;
    CHECK((calls.empty() ? "" : calls[0]) == row.call);
  }
  standing = kPaused;
  cli.site.control.resumes = false;
  CHECK(cli.ask("enable frontend www") == "Failed to resume frontend: the port is taken.\n\n");
}

TEST_CASE("sessions are shut down by the workers") {
  CliFixture cli;
  auto& control = cli.site.control;
  CHECK(cli.ask("shutdown session 0x7") == "No such session (use 'show sess').\n\n");
  control.answer = "done\n";
  CHECK(cli.ask("shutdown session 0x7") == "\n");
  CHECK(cli.ask("shutdown sessions server app/s2") == "\n");
  CHECK(control.calls == std::vector<std::string>{"shutdown session 0x7", "shutdown session 0x7",
                                                  "shutdown sessions server 1"});
}

}  // namespace
}  // namespace hawser
