// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "base/testing.h"
#include "config/draft.h"
#include "config/parser.h"
#include "logging/log_format.h"

namespace hawser {
namespace {

// A configuration that must be fine, and one that must not: all that is said about it.
std::unique_ptr<const Config> read(std::string_view text) {
  Diag diag;
  auto config = parse_config("t.cfg", text, diag);
  INFO(diag.render());
  REQUIRE(config != nullptr);
  return config;
}
std::string complaints(std::string_view text) {
  Diag diag;
  parse_config("t.cfg", text, diag);
  return diag.render();
}
bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

LogTarget target_of(std::string_view line) {
  return read(fmt::format("global\n log {}\n", line))->global.logs.at(0);
}

TEST_CASE("log: every kind of target") {
  CHECK(target_of("192.0.2.1 local0").address.text() == "192.0.2.1:514");
  CHECK(target_of("192.0.2.1:10514 local0").address.text() == "192.0.2.1:10514");
  CHECK(target_of("udp@192.0.2.1 local0").transport == LogTransport::kUdp);
  CHECK(target_of("[2001:db8::1] local0").address.text() == "[2001:db8::1]:514");
  CHECK(target_of("/dev/log local0").transport == LogTransport::kUnixDatagram);
  CHECK(target_of("/dev/log local0").address.path() == "/dev/log");
  CHECK(target_of("stdout daemon").transport == LogTransport::kStdout);
  CHECK(target_of("stderr daemon").transport == LogTransport::kStderr);
  CHECK(target_of("fd@7 daemon").fd == 7);
}

TEST_CASE("log: settings, facility and levels") {
  const LogTarget plain = target_of("stdout local3");
  CHECK(plain.facility == 19);
  CHECK(plain.len == 1024);
  CHECK(!plain.format);
  CHECK(plain.level == LogLevel::kDebug);
  CHECK(plain.minlevel == LogLevel::kEmerg);
  CHECK(plain.sample.empty());

  const LogTarget full = target_of("stdout len 8000 format iso sample 1,3-4:5 daemon notice err");
  CHECK(full.facility == 3);
  CHECK(full.len == 8000);
  CHECK(full.format == LogProtocol::kIso);
  CHECK(full.level == LogLevel::kNotice);
  CHECK(full.minlevel == LogLevel::kErr);
  CHECK(full.sample == std::vector<bool>{true, false, true, true, false});
}

TEST_CASE("log: what is wrong is refused with its reason") {
  struct Row {
    const char *line, *message;
  };
  for (const auto& row : {
           Row{"192.0.2.1", "missing <facility>"},
           Row{"192.0.2.1 local9", "unknown <facility> 'local9'"},
           Row{"192.0.2.1 local0 loud", "unknown <level> 'loud'"},
           Row{"192.0.2.1 local0 info loud", "unknown <level> 'loud'"},
           Row{"192.0.2.1 local0 info notice x", "unexpected 'x' after 'log'"},
           Row{"192.0.2.1 len 79 local0", "from 80 to 65535, not '79'"},
           Row{"192.0.2.1 format foo local0", "unknown <format> 'foo'"},
           Row{"192.0.2.1 sample 1 local0", "must end in ':' and the size"},
           Row{"192.0.2.1 sample 1:0 local0", "must end in ':' and the size"},
           Row{"192.0.2.1 sample 0-1:2 local0", "'0-1' is no range of a sample"},
           Row{"192.0.2.1 sample 1-3:2 local0", "the range '1-3' is beyond the sample's size of 2"},
           Row{"192.0.2.1 sample 1-2,2-3:4 local0", "the ranges of the sample overlap at 2"},
           Row{"192.0.2.1:514-515 local0", "a range of ports"},
           Row{"ring@x local0", "a log target 'ring@' is known in HAProxy but not built yet"},
           Row{"tcp@192.0.2.1 local0", "a log target 'tcp@' is known in HAProxy but not built yet"},
           Row{"fd@x local0", "'fd@' is followed by the number of a descriptor, not 'x'"},
           Row{"global", "'log global' is for proxies"},
       }) {
    INFO(row.line);
    const std::string said = complaints(fmt::format("global\n log {}\n", row.line));
    INFO(said);
    CHECK(contains(said, row.message));
    CHECK(contains(said, "t.cfg:2:"));
  }
}

TEST_CASE("log global stands for the global lines, once; no log empties the list") {
  const auto config = read(
      "global\n log stdout local0\n"
      "defaults\n log global\n"
      "frontend a\n log global\n log stderr local1\n"
      "frontend b\n no log\n log stderr local1\n");
  REQUIRE(config->proxies[0]->logs.size() == 2);
  CHECK(config->proxies[0]->logs[0].global);
  REQUIRE(config->proxies[1]->logs.size() == 1);
  CHECK(config->proxies[1]->logs[0].transport == LogTransport::kStderr);
}

TEST_CASE("log-tag and log-send-hostname") {
  const auto config = read(
      "global\n log-tag edge\n log-send-hostname\n"
      "frontend a\n log-tag shop\n");
  CHECK(config->global.log_tag == "edge");
  CHECK(config->global.log_send_hostname);
  CHECK(config->global.log_hostname.empty());
  CHECK(config->proxies[0]->log_tag == "shop");
  CHECK(read("global\n log-send-hostname edge1\n")->global.log_hostname == "edge1");
}

constexpr std::string_view kHead = "global\n log stdout local0\nfrontend f\n log global\n";

std::string with_frontend(std::string_view lines) {
  return std::string(kHead) + std::string(lines);
}

TEST_CASE("a frontend that logs has its format compiled, any other has none") {
  const auto config = read(with_frontend(" option tcplog\n"));
  CHECK(config->proxies[0]->log_style == LogStyle::kTcp);
  REQUIRE(config->proxies[0]->log_format.compiled);
  CHECK(config->proxies[0]->log_format.compiled->stage() == LogStage::kEnd);
  CHECK(read(with_frontend(" option tcplog\n option logasap\n"))
            ->proxies[0]
            ->log_format.compiled->stage() == LogStage::kConnect);
  CHECK(read("frontend f\n")->proxies[0]->log_format.compiled == nullptr);
  CHECK(contains(complaints("frontend f\n option tcplog\n"),
                 "warning: the log format of 'f' has no effect: nothing is logged"));
}

TEST_CASE("the last format wins") {
  const auto style = [](std::string_view lines) {
    return read(with_frontend(lines))->proxies[0]->log_style;
  };
  CHECK(style("") == LogStyle::kDefault);
  CHECK(style(" option tcplog\n log-format %ci\n") == LogStyle::kCustom);
  CHECK(style(" log-format %ci\n option tcplog\n") == LogStyle::kTcp);
}

TEST_CASE("option httplog in mode tcp logs as tcplog, and says so") {
  const std::string text = with_frontend(" option httplog\n");
  CHECK(contains(complaints(text),
                 "t.cfg:5:2: warning: 'option httplog' needs 'mode http': 'f' logs as with "
                 "'option tcplog'"));
  CHECK(read(text)->proxies[0]->log_style == LogStyle::kTcp);
}

TEST_CASE("switches of the access log") {
  const auto config = read(
      with_frontend(" option dontlognull\n option dontlog-normal\n option log-separate-errors\n"
                    " no option dontlognull\n"));
  CHECK(!config->proxies[0]->option(Option::kDontlognull));
  CHECK(config->proxies[0]->option(Option::kDontlogNormal));
  CHECK(config->proxies[0]->option(Option::kLogSeparateErrors));
}

TEST_CASE("an error in a log format points at the field, however the text is quoted") {
  const std::string said = complaints(with_frontend(" log-format \"%ci:%cp %tss %B\"\n"));
  CHECK(said ==
        "t.cfg:5:22: error: unknown log field '%tss'\n"
        "    5 |  log-format \"%ci:%cp %tss %B\"\n"
        "      |                      ^~~~\n"
        "   hint: did you mean 'ts'?\n");
  struct Row {
    const char* line;
    const char* place;
  };
  for (const auto& row : {Row{"%ci\\ %tss", "t.cfg:5:18:"}, Row{"'a \"b\" %tss'", "t.cfg:5:20:"},
                          Row{"\"\\\"%ci\\\" %tss\"", "t.cfg:5:22:"}, Row{"%tss", "t.cfg:5:13:"}}) {
    INFO(row.line);
    CHECK(
        contains(complaints(with_frontend(fmt::format(" log-format {}\n", row.line))), row.place));
  }
  // Two spellings in one word: the word is underlined.
  CHECK(contains(complaints(with_frontend(" log-format a'%tss'\"b\\\"\"\n")), "t.cfg:5:13:"));
}

TEST_CASE("what a log format cannot hold") {
  struct Row {
    const char *line, *message;
  };
  for (const auto& row : {
           Row{"log-format %[src]", "expressions in log formats are not built yet"},
           Row{"log-format %ci %cp", "a log format is one word"},
           Row{"log-format", "missing <string> after 'log-format'"},
           Row{"log-format %HM", "log field '%HM' is for 'mode http' only"},
           Row{"error-log-format %HM", "log field '%HM' is for 'mode http' only"},
           Row{"log-format-sd [a@1\\ b=%zz]", "unknown log field '%zz'"},
           Row{"option httplog gzip", "unexpected 'gzip' after 'option httplog'"},
       }) {
    INFO(row.line);
    const std::string said = complaints(with_frontend(fmt::format(" {}\n", row.line)));
    INFO(said);
    CHECK(contains(said, row.message));
  }
}

TEST_CASE("structured data needs a target that speaks RFC 5424") {
  const std::string_view line = " log-format-sd \"[ex@1 b=%B]\"\n";
  CHECK(contains(complaints(with_frontend(line)), "'log-format-sd' has no effect on 'f'"));
  const auto config =
      read(with_frontend(std::string(line) + " log stdout format rfc5424 local0\n"));
  CHECK(config->proxies[0]->log_format_sd.compiled);
}

}  // namespace
}  // namespace hawser
