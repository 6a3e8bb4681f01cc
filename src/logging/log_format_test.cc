// SPDX-License-Identifier: MIT
// The expected lines are those of haproxy 2.6.12 for the same traffic.
#include "logging/log_format.h"

#include <cstdlib>
#include <fstream>

#include "base/testing.h"
#include "base/text.h"
#include "logging/log_testing.h"

namespace hawser {
namespace {

using log_testing::SampleRequest;

struct Renderer {
  LogDates dates;
  LineBuffer out{8192};
  bool as_soon = false;
  Mode mode = Mode::kHttp;
  LogContext context{.dates = dates, .hostname = "vm", .pid = 12733, .log_counter = 0};

  Renderer() {
    setenv("TZ", "UTC", 1);
    tzset();
  }
  std::string operator()(std::string_view format, const AccessRecord& record) {
    const auto compiled = LogFormat::compile(format, mode, as_soon);
    REQUIRE(compiled);
    out.clear();
    (*compiled)->render(record, context, out);
    return std::string(out.text());
  }
  std::string operator()(LogStyle style, const AccessRecord& record) {
    return (*this)(builtin_log_format(style, mode), record);
  }
};

TEST_CASE("option httplog gives HAProxy's line") {
  Renderer render;
  SampleRequest request;
  request.record.process_conns = 1;
  CHECK(render(LogStyle::kHttp, request.record) ==
        "127.0.0.1:33292 [21/Nov/2026:04:05:21.617] all bk/s1 0/0/0/20/20 200 88 - - ---- "
        "1/1/0/0/0 0/0 \"GET /a?b=c&d HTTP/1.1\"");

  SECTION("with captured headers and cookies") {
    const std::string_view in[] = {"we\"i{r}d#|\x01 \xff", ""};
    const std::string_view out[] = {"re\"s{p}|#"};
    request.record.request_captures = in;
    request.record.response_captures = out;
    request.record.request_cookie = "SID=1234";
    request.record.response_cookie = "SID=abc";
    CHECK(
        render(LogStyle::kHttp, request.record) ==
        "127.0.0.1:33292 [21/Nov/2026:04:05:21.617] all bk/s1 0/0/0/20/20 200 88 SID=1234 SID=abc "
        "---- 1/1/0/0/0 0/0 {we#22i#7Br#7Dd#23#7C#01 #FF|} {re#22s#7Bp#7D#7C#23} "
        "\"GET /a?b=c&d HTTP/1.1\"");
  }
  SECTION("for a request that could not be read") {
    request.make_bad(400, 'P');
    request.record.frontend = request.record.backend = "nocap";
    CHECK(render(LogStyle::kHttp, request.record) ==
          "127.0.0.1:33292 [21/Nov/2026:04:05:21.617] nocap nocap/<NOSRV> -1/-1/-1/-1/0 400 0 - - "
          "PR-- 1/1/0/0/0 0/0 \"<BADREQ>\"");
  }
  SECTION("under option logasap, after three retries and a redispatch") {
    render.as_soon = true;
    request.record.backend = "none";
    request.record.times = {.first_byte = 0, .request = 0, .queue = 0, .end = 3004};
    request.record.status = 503;
    request.record.bytes_sent = 217;
    request.record.state[0] = 'S';
    request.record.state[1] = 'C';
    request.record.retries = 3;
    request.record.redispatched = true;
    CHECK(
        render(LogStyle::kHttp, request.record) ==
        "127.0.0.1:33292 [21/Nov/2026:04:05:21.617] all none/s1 0/0/-1/-1/+3004 503 +217 - - SC-- "
        "1/1/0/0/+3 0/0 \"GET /a?b=c&d HTTP/1.1\"");
  }
}

TEST_CASE("option httplog clf gives HAProxy's line, with its blank at the end") {
  Renderer render;
  SampleRequest request;
  request.record.process_conns = 1;
  request.record.frontend = "clf";
  CHECK(
      render(LogStyle::kHttpClf, request.record) ==
      "127.0.0.1 - - [21/Nov/2026:04:05:21 +0000] \"GET /a?b=c&d HTTP/1.1\" 200 88 \"\" \"\" 33292 "
      "617 \"clf\" \"bk\" \"s1\" 0 0 0 20 20 ---- 1 1 0 0 0 0 0 \"\" \"\" ");
  const std::string_view in[] = {"", "a\\b]c"};
  const std::string_view out[] = {"re\"s{p}|#"};
  request.record.request_captures = in;
  request.record.response_captures = out;
  CHECK(
      render(LogStyle::kHttpClf, request.record) ==
      "127.0.0.1 - - [21/Nov/2026:04:05:21 +0000] \"GET /a?b=c&d HTTP/1.1\" 200 88 \"\" \"\" 33292 "
      "617 \"clf\" \"bk\" \"s1\" 0 0 0 20 20 ---- 1 1 0 0 0 0 0 \"\" \"\" \"\" \"a\\b]c\" "
      "\"re#22s#7Bp#7D#7C#23\"");
}

TEST_CASE("option tcplog and the default format give HAProxy's lines") {
  Renderer render;
  render.mode = Mode::kTcp;
  SampleRequest request;
  request.record.frontend = request.record.backend = "tcp";
  request.record.process_conns = 1;
  request.record.times = {.queue = 1, .connect = 1, .response = 1, .end = 20};
  request.record.bytes_sent = 85;
  CHECK(render(LogStyle::kTcp, request.record) ==
        "127.0.0.1:33292 [21/Nov/2026:04:05:21.617] tcp tcp/s1 1/0/20 85 -- 1/1/0/0/0 0/0");
  CHECK(render(LogStyle::kDefault, request.record) ==
        "Connect from 127.0.0.1:33292 to 127.0.0.1:21607 (tcp/TCP)");
  render.mode = Mode::kHttp;
  CHECK(render(LogStyle::kDefault, request.record) ==
        "Connect from 127.0.0.1:33292 to 127.0.0.1:21607 (tcp/HTTP)");
}

constexpr std::string_view kEverything =
    "B=%B CC=%CC CS=%CS H=%H HM=%HM HP=%HP HPO=%HPO HQ=%HQ HU=%HU HV=%HV ID=%ID ST=%ST T=%T Ta=%Ta "
    "Tc=%Tc Td=%Td Tl=%Tl Th=%Th Ti=%Ti Tq=%Tq TR=%TR Tr=%Tr Ts=%Ts Tt=%Tt Tu=%Tu Tw=%Tw U=%U "
    "ac=%ac "
    "b=%b bc=%bc bi=%bi bp=%bp bq=%bq ci=%ci cp=%cp f=%f fc=%fc fi=%fi fp=%fp ft=%ft lc=%lc hr=%hr "
    "hrl=%hrl hs=%hs hsl=%hsl ms=%ms pid=%pid r=%r rc=%rc rt=%rt s=%s sc=%sc si=%si sp=%sp sq=%sq "
    "t=%t tr=%tr trg=%trg trl=%trl ts=%ts tsc=%tsc sslc=%sslc sslv=%sslv %%";

TEST_CASE("every alias is spelled as HAProxy spells it") {
  Renderer render;
  SampleRequest request;
  CHECK(
      render(kEverything, request.record) ==
      "B=88 CC=- CS=- H=vm HM=GET HP=/a HPO=/a HQ=?b=c&d HU=/a?b=c&d HV=HTTP/1.1 ID=- ST=200 "
      "T=21/Nov/2026:04:05:21 +0000 Ta=20 Tc=0 Td=0 Tl=21/Nov/2026:04:05:21 +0000 Th=0 Ti=0 Tq=0 "
      "TR=0 Tr=20 Ts=1795233921 Tt=20 Tu=20 Tw=0 U=87 ac=2 b=bk bc=0 bi=127.0.0.1 bp=50386 bq=0 "
      "ci=127.0.0.1 cp=33292 f=all fc=1 fi=127.0.0.1 fp=21607 ft=all lc=0 hr= hrl= hs= hsl= ms=617 "
      "pid=12733 r=GET /a?b=c&d HTTP/1.1 rc=0 rt=8 s=s1 sc=0 si=127.0.0.1 sp=21610 sq=0 "
      "t=21/Nov/2026:04:05:21.617 tr=21/Nov/2026:04:05:21.617 trg=21/Nov/2026:04:05:21 +0000 "
      "trl=21/Nov/2026:04:05:21 +0000 ts=-- tsc=---- sslc=- sslv=- %");
  CHECK(
      render("%{+Q,+X}o " + std::string(kEverything), request.record) ==
      "B=88 CC=\"\" CS=\"\" H=\"vm\" HM=\"GET\" HP=\"/a\" HPO=\"/a\" HQ=\"?b=c&d\" HU=\"/a?b=c&d\" "
      "HV=\"HTTP/1.1\" ID=\"\" ST=200 T=21/Nov/2026:04:05:21 +0000 Ta=20 Tc=0 Td=0 "
      "Tl=21/Nov/2026:04:05:21 +0000 Th=0 Ti=0 Tq=0 TR=0 Tr=20 Ts=6B011881 Tt=20 Tu=20 Tw=0 U=87 "
      "ac=2 b=\"bk\" bc=0 bi=7F000001 bp=C4D2 bq=0 ci=7F000001 cp=820C f=\"all\" fc=1 fi=7F000001 "
      "fp=5467 ft=\"all\" lc=0000 hr= hrl= hs= hsl= ms=269 pid=31BD r=\"GET /a?b=c&d HTTP/1.1\" "
      "rc=0 rt=0008 s=\"s1\" sc=0 si=7F000001 sp=546A sq=0 t=21/Nov/2026:04:05:21.617 "
      "tr=21/Nov/2026:04:05:21.617 trg=21/Nov/2026:04:05:21 +0000 trl=21/Nov/2026:04:05:21 +0000 "
      "ts=-- tsc=---- sslc=\"\" sslv=\"\" %");
}

TEST_CASE("what is not known is a dash, or an empty pair of quotes") {
  Renderer render;
  SampleRequest request;
  request.make_bad(400, 'C');
  CHECK(render("HM=%HM HP=%HP HQ=%HQ HV=%HV bi=%bi bp=%bp s=%s si=%si sp=%sp r=%r Tq=%Tq Td=%Td",
               request.record) ==
        "HM=<BADREQ> HP=<BADREQ> HQ=<BADREQ> HV=<BADREQ> bi=- bp=- s=<NOSRV> si=- sp=- r=<BADREQ> "
        "Tq=-1 Td=-1");
  CHECK(render("%{+Q,+X}o %bi %bp %HQ", request.record) == "\"\" \"\" \"<BADREQ>\"");
  request.record.method = "OPTIONS";
  request.record.uri = "*";
  CHECK(render("HP=%HP HPO=%HPO HQ=%HQ %{+Q}HQ", request.record) == "HP=* HPO= HQ= \"\"");
  CHECK(render("hi %HQ %{+Q}o %HU", request.record) == "hi  \"*\"");
}

TEST_CASE("the parts of a URI") {
  Renderer render;
  SampleRequest request;
  struct Row {
    const char *uri, *expected;
  };
  for (const auto& row :
       {Row{"/x?a?b", "/x /x ?a?b"}, Row{"/?", "/ / ?"},
        Row{"http://h.ex/p?a=b", "http://h.ex/p /p ?a=b"}, Row{"http://h.ex", "http://h.ex  "},
        Row{"h:80", "h:80  "}, Row{"/a\\b]?{|}", "/a\\b] /a\\b] ?{|}"},
        Row{"/q\"x\"", "/q#22x#22 /q#22x#22 "}, Row{"/\xe9\x7f#", "/#E9#7F#23 /#E9#7F#23 "}}) {
    request.record.uri = row.uri;
    CHECK(render("%HP %HPO %HQ", request.record) == row.expected);
  }
}

TEST_CASE("the request line is cut after 1023 characters, and the URI with it") {
  Renderer render;
  SampleRequest request;
  const std::string uri = "/" + std::string(1400, 'a') + "?q=1";
  request.record.uri = uri;
  CHECK(render("%r", request.record).size() == 1023);
  CHECK(render("%{+Q}r", request.record).size() == 1025);
  CHECK(render("%HU", request.record).size() == 1019);
  CHECK(render("%HQ.", request.record) == ".");
}

TEST_CASE("flags: quotes, hexadecimal, escapes, for one field or for all that follow") {
  Renderer render;
  SampleRequest request;
  const std::string_view in[] = {"", "a\\b]c"};
  request.record.request_captures = in;
  CHECK(render("%{+Q,+E}o hr=%hr hrl=%hrl e %{-Q}hr %{-Q}hrl %{-Q,-E}hrl   x  y%hr%hs %{-E}hrl",
               request.record) ==
        "hr=\"{|a\\\\b\\]c}\" hrl=\"\" \"a\\\\b\\]c\" e {|a\\\\b\\]c} - a\\\\b\\]c - a\\b]c x y"
        "\"{|a\\\\b\\]c}\" \"\" \"a\\b]c\"");
  request.record.uri = "/a\\b]?{|}\"";
  CHECK(render("e=%{+E}r eq=%{E,Q}HU", request.record) ==
        "e=GET /a\\\\b\\]?{|}#22 HTTP/1.1 eq=\"/a\\\\b\\]?{|}#22\"");
  CHECK(render("a%%b%%  c \"%B\" %{+Q}B %{+X}B [%B]%B/%B%%%B %{+X}rc%{+X}Tt%{+X}ST",
               request.record) == "a%b% c \"88\" 88 88 [88]88/88%88 020200");
  CHECK(render("%{+Q}ci %{+Q}cp %{+Q}t %{+Q}ts", request.record) ==
        "\"127.0.0.1\" 33292 21/Nov/2026:04:05:21.617 --");
}

TEST_CASE("addresses: IPv6, and unix sockets with the id of their bind line") {
  Renderer render;
  SampleRequest request;
  request.client = *Address::parse_ip("2001:db8::1", 1111);
  CHECK(render("%ci:%cp %{+X}ci:%{+X}cp", request.record) ==
        "2001:db8::1:1111 20010DB8000000000000000000000001:0457");
  request.client = request.listener = Address::unix_path("/run/x.sock");
  CHECK(render("%ci:%cp %fi:%fp %{+Q}ci", request.record) == "unix:77 unix:77 \"unix\"");
}

TEST_CASE("option logasap marks the totals that are not final") {
  Renderer render;
  render.as_soon = true;
  SampleRequest request;
  CHECK(render("%B %Tt %Ta %Td %Tu %Tr %Tc %{+Q}B %{+X}B %{+Q,+X}Tt", request.record) ==
        "+88 +20 +20 0 +20 20 0 +88 +88 +20");
}

TEST_CASE("dates follow the time zone") {
  Renderer render;
  SampleRequest request;
  setenv("TZ", "<-0330>3:30", 1);  // as St John's in winter
  render.dates = LogDates();
  request.record.start_us = 1'795'234'204'859'000;
  CHECK(render("%t %T %Tl %trg %trl", request.record) ==
        "21/Nov/2026:00:40:04.859 21/Nov/2026:04:10:04 +0000 21/Nov/2026:00:40:04 -0330 "
        "21/Nov/2026:04:10:04 +0000 21/Nov/2026:00:40:04 -0330");
  setenv("TZ", "UTC", 1);
  tzset();
}

TEST_CASE("%tr is when the request's first byte came") {
  Renderer render;
  SampleRequest request;
  request.record.times = {.handshake = 3, .first_byte = 1500, .request = 1510, .end = 1600};
  CHECK(render("%t %tr %Th/%Ti/%TR/%Tq %Ta/%Tt/%Tu", request.record) ==
        "21/Nov/2026:04:05:21.617 21/Nov/2026:04:05:23.117 3/1497/10/1510 100/1600/103");
}

TEST_CASE("a line is complete as soon as its last field is") {
  const auto stage = [](std::string_view format, Mode mode = Mode::kHttp, bool as_soon = false) {
    return (*LogFormat::compile(format, mode, as_soon))->stage();
  };
  CHECK(stage("%ci:%cp %t") == LogStage::kAccept);
  CHECK(stage("%ci %HU") == LogStage::kRequest);
  CHECK(stage("%b/%s %Tc") == LogStage::kConnect);
  CHECK(stage("%ST %Tr") == LogStage::kResponse);
  CHECK(stage("%ST %B") == LogStage::kEnd);
  CHECK(stage("%ST %B", Mode::kHttp, true) == LogStage::kResponse);
  CHECK(stage(builtin_log_format(LogStyle::kHttp, Mode::kHttp), Mode::kHttp, true) ==
        LogStage::kResponse);
  CHECK(stage(builtin_log_format(LogStyle::kTcp, Mode::kTcp), Mode::kTcp, true) ==
        LogStage::kConnect);
  CHECK(stage(builtin_log_format(LogStyle::kDefault, Mode::kTcp), Mode::kTcp) == LogStage::kAccept);
}

TEST_CASE("the manual's table has every field, and no other") {
  std::ifstream manual(source_dir() + "/doc/configuration.md");
  std::vector<std::string> documented, known;
  bool in_table = false;
  for (std::string line; std::getline(manual, line);) {
    if (line.starts_with("#")) in_table = line == "#### Fields";
    if (!in_table || !line.starts_with("| `%")) continue;
    documented.push_back(line.substr(4, line.find('`', 4) - 4));
  }
  for (const LogAlias& alias : log_aliases()) known.emplace_back(alias.name);
  CHECK(documented == known);
}

TEST_CASE("a line that is longer than the buffer is cut") {
  LogDates dates;
  LineBuffer out(5);
  SampleRequest request;
  (*LogFormat::compile("%ci", Mode::kHttp, false))
      ->render(request.record, {.dates = dates, .hostname = ""}, out);
  CHECK(out.text() == "127.0");
}

TEST_CASE("what is no log-format is refused, with its place") {
  struct Row {
    const char* text;
    size_t offset, width;
    const char* message;
  };
  for (const auto& row : {
           Row{"a %foo b", 2, 4, "unknown log field '%foo'"},
           Row{"%{+Z}B", 2, 2, "unknown flag '+Z' of a log field"},
           Row{"%{+Q,}B", 5, 1, "unknown flag '' of a log field"},
           Row{"x %{+Q", 3, 3, "the flags of a field must end with '}'"},
           Row{"a %", 2, 1, "the name of a field must follow '%'"},
           Row{"%-a", 0, 1, "the name of a field must follow '%'"},
           Row{"b %[src,lower] c", 2, 12, "expressions in log formats are not built yet"},
           Row{"%{+Q}[src", 0, 9, "expressions in log formats are not built yet"},
       }) {
    INFO(row.text);
    const auto compiled = LogFormat::compile(row.text, Mode::kHttp, false);
    REQUIRE(!compiled);
    CHECK(compiled.error().text == row.message);
    CHECK(compiled.error().offset == row.offset);
    CHECK(compiled.error().width == row.width);
  }
  CHECK(LogFormat::compile("%ST", Mode::kTcp, false));
  CHECK(LogFormat::compile("%HM", Mode::kTcp, false).error().text ==
        "log field '%HM' is for 'mode http' only");
}

}  // namespace
}  // namespace hawser
