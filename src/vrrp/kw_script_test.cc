// SPDX-License-Identifier: MIT
// vrrp-script, mailers and what is told of transitions.
#include <fmt/format.h>

#include "config/testing.h"

using namespace hawser;

namespace {

constexpr std::string_view kUser =
    "vrrp v\ninterface eth0\nvrid 1\nvirtual-address 192.0.2.1\ntrack-script s\n";

VrrpScriptConfig script_of(std::string_view lines) {
  return *config_of(fmt::format("{}vrrp-script s\n{}\n", kUser, lines))->vrrp_scripts.at(0);
}

}  // namespace

TEST_CASE("a script is run, or looks at a file or a server") {
  const VrrpScriptConfig command = script_of(
      "command \"/bin/true -x\"\ninterval 500ms\ntimeout 2\nrise 2\nfall 3\nweight -5\n"
      "user root\ninit-fail\n");
  CHECK(command.kind == VrrpScriptConfig::Kind::kCommand);
  CHECK(command.subject == "/bin/true -x");
  CHECK(command.interval == Millis(500));
  CHECK(command.timeout == Millis(2000));
  CHECK(command.rise == 2);
  CHECK(command.fall == 3);
  CHECK(command.weight == -5);
  CHECK(command.user == "root");
  CHECK(command.init_fail);
  CHECK(script_of("command /bin/true -x  y").subject == "/bin/true -x y");
  CHECK(script_of("no-file /run/down").kind == VrrpScriptConfig::Kind::kNoFile);
  CHECK(script_of("file /run/up").subject == "/run/up");
  CHECK(script_of("tcp 127.0.0.1:80").address.text() == "127.0.0.1:80");
  const VrrpScriptConfig http = script_of("http http://[::1]:8080/health expect 204");
  CHECK(http.address.text() == "[::1]:8080");
  CHECK(http.expect == 204);
  CHECK(script_of("http http://127.0.0.1").address.port() == 80);
}

TEST_CASE("a line that tracks a script takes its weight unless it has one") {
  const auto config = config_of(
      "vrrp-script s\nno-file /x\nweight -5 reverse\n"
      "vrrp a\ninterface e\nvrid 1\nvirtual-address 192.0.2.1\ntrack-script s\n"
      "vrrp b\ninterface e\nvrid 2\nvirtual-address 192.0.2.2\ntrack-script s weight -20\n");
  const TrackConfig& a = config->vrrps[0]->tracks.at(1);
  const TrackConfig& b = config->vrrps[1]->tracks.at(1);
  CHECK(a.weight == -5);
  CHECK(a.reverse);
  CHECK(b.weight == -20);
  CHECK_FALSE(b.reverse);
  CHECK(a.slot == config->vrrp_scripts[0]->slot);
  CHECK(b.slot == a.slot);
}

TEST_CASE("commands and mails tell of transitions") {
  const auto config = config_of(fmt::format(
      "mailers ops\ntimeout mail 20s\nmailer a 127.0.0.1:25\nvrrp-script s\nno-file /x\n{}"
      "notify-master \"/bin/true master\"\nnotify /bin/true any\nnotify-user root\n"
      "notify-timeout 3\nemail-alert mailers ops\nemail-alert to a@x b@x\nemail-alert from c@x\n"
      "email-alert myhostname lb1\nemail-alert level alert\n",
      kUser));
  const NotifyConfig& notify = config->vrrps[0]->notify;
  CHECK(notify.commands[static_cast<size_t>(VrrpEvent::kMaster)].text == "/bin/true master");
  CHECK(notify.commands[static_cast<size_t>(VrrpEvent::kBackup)].text.empty());
  CHECK(notify.every.text == "/bin/true any");
  CHECK(notify.user == "root");
  CHECK(notify.timeout == Millis(3000));
  CHECK(notify.mailers_index == 0);
  CHECK(notify.mail_to == std::vector<std::string>{"a@x", "b@x"});
  CHECK(notify.mail_from == "c@x");
  CHECK(notify.mail_hostname == "lb1");
  CHECK(notify.mail_level == LogLevel::kAlert);
  CHECK(config->mailers[0]->timeout == Millis(20'000));
  CHECK(config->mailers[0]->mailers.at(0).address.port() == 25);
}

TEST_CASE("a wrong line of a script gets an exact answer") {
  const Complaint cases[] = {
      {"command", "1 error: missing <command> after 'command'"},
      {"no-file down",
       "9 error: 'down' is not an absolute path (the processes do not run in the "
       "directory that you are in)"},
      {"tcp 127.0.0.1", "5 error: '127.0.0.1' needs a port, as in '127.0.0.1:80'"},
      {"http https://x/", "6 error: 'https://x/' does not begin with http://"},
      {"interval 5ms", "10 error: 'interval' is at least 10ms"},
      {"weight -300", "8 error: <weight> must be a whole number from -253 to 253, not '-300'"},
      {"script /bin/true", "1 error: 'script' is a word of keepalived (write 'command <command>')"},
      {"fall 0", "6 error: <count> must be a whole number from 1 to 1000, not '0'"},
  };
  for (const Complaint& c : cases) {
    INFO(c.line);
    CHECK(complaint("vrrp-script s", c.line) == c.text);
  }
  CHECK(complaint("mailers m", "mailer a") ==
        "8 error: missing <address>:<port> after 'a' "
        "(usage: mailer <name> <address>:<port>)");
}

TEST_CASE("what a script needs is asked for") {
  CHECK(complaints("vrrp-script s\ninterval 1s\n") ==
        "1:1 error: vrrp-script 's' does nothing (add 'command', 'file', 'no-file', 'tcp' or "
        "'http')\n1:1 warning: no 'track-script' uses vrrp-script 's'");
  CHECK(complaints("vrrp-script s\nfile /a\nfile /b\n") ==
        "3:1 error: a vrrp-script section does one thing (it has 'command', 'file', 'no-file', "
        "'tcp' or 'http' at test.cfg:2)");
  CHECK(complaints("mailers m\n") == "1:1 error: mailers section 'm' has no 'mailer'");
}
