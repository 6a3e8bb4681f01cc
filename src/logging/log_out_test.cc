// SPDX-License-Identifier: MIT
#include "logging/log_out.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

#include "base/fd.h"
#include "base/testing.h"
#include "logging/log_format.h"
#include "logging/log_testing.h"

namespace hawser {
namespace {

using log_testing::SampleRequest;

int64_t fixed_clock() { return 1'795'234'064'269'733'000; }  // Nov 21 04:07:44 UTC

// A receiver of log lines, reachable as fd@N.
struct Receiver {
  Fd in, out;
  explicit Receiver(int type) {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, ends) == 0);
    in.reset(ends[0]);
    out.reset(ends[1]);
  }
  // The next datagram, or all bytes of a stream; "": nothing is there.
  std::string next() {
    char buffer[70000];
    const ssize_t n = ::read(in.get(), buffer, sizeof buffer);
    return n > 0 ? std::string(buffer, static_cast<size_t>(n)) : "";
  }
};

struct Bench {
  Config config;
  Counter dropped{};
  Receiver receiver;
  std::unique_ptr<LogOut> log;

  explicit Bench(int type = SOCK_DGRAM) : receiver(type) {
    setenv("TZ", "UTC", 1);
    config.global.log_tag = "hawser";
    auto proxy = std::make_unique<ProxyConfig>();
    proxy->kind = ProxyKind::kFrontend;
    proxy->name = "all";
    proxy->mode = Mode::kHttp;
    proxy->index = 0;
    proxy->log_format.compiled = *LogFormat::compile("%ci \"%r\" %ST", Mode::kHttp, false);
    config.proxies.push_back(std::move(proxy));
  }
  ProxyConfig& proxy() { return *config.proxies[0]; }
  LogTarget target(LogProtocol format = LogProtocol::kRaw) {
    LogTarget out;
    out.transport = LogTransport::kFd;
    out.fd = receiver.out.get();
    out.format = format;
    out.facility = 16;
    return out;
  }
  void start() { log = std::make_unique<LogOut>(config, &dropped, fixed_clock); }
};

std::string own_pid() { return std::to_string(::getpid()); }

TEST_CASE("a line has the header of its target") {
  Bench bench;
  bench.config.global.logs = {bench.target(LogProtocol::kLocal)};
  LogTarget global;
  global.global = true;
  bench.proxy().logs = {global, bench.target(LogProtocol::kShort)};
  bench.proxy().log_tag = "site";
  bench.start();
  bench.log->send(nullptr, LogLevel::kNotice, "to the global targets");
  CHECK(bench.receiver.next() ==
        "<133>Nov 21 04:07:44 hawser[" + own_pid() + "]: to the global targets\n");
  bench.log->send(&bench.proxy(), LogLevel::kAlert, "to the proxy's");
  CHECK(bench.receiver.next() == "<129>Nov 21 04:07:44 site[" + own_pid() + "]: to the proxy's\n");
  CHECK(bench.receiver.next() == "<1>to the proxy's\n");
  CHECK(bench.receiver.next().empty());
}

TEST_CASE("without 'format', log-send-hostname decides between local and rfc3164") {
  Bench bench;
  LogTarget target = bench.target();
  target.format.reset();
  bench.config.global.logs = {target};
  bench.start();
  bench.log->send(nullptr, LogLevel::kInfo, "x");
  CHECK(bench.receiver.next() == "<134>Nov 21 04:07:44 hawser[" + own_pid() + "]: x\n");
  bench.config.global.log_send_hostname = true;
  bench.config.global.log_hostname = "edge1";
  bench.start();
  bench.log->send(nullptr, LogLevel::kInfo, "x");
  CHECK(bench.receiver.next() == "<134>Nov 21 04:07:44 edge1 hawser[" + own_pid() + "]: x\n");
}

TEST_CASE("levels: what is less severe is not sent, what is more severe is lowered") {
  Bench bench;
  LogTarget target = bench.target(LogProtocol::kShort);
  target.level = LogLevel::kNotice;
  target.minlevel = LogLevel::kErr;
  bench.config.global.logs = {target};
  bench.start();
  bench.log->send(nullptr, LogLevel::kInfo, "info");
  bench.log->send(nullptr, LogLevel::kNotice, "notice");
  bench.log->send(nullptr, LogLevel::kEmerg, "emerg");
  CHECK(bench.receiver.next() == "<5>notice\n");
  CHECK(bench.receiver.next() == "<3>emerg\n");
  CHECK(bench.receiver.next().empty());
}

TEST_CASE("sample 1,3:3 sends the first and third of every three") {
  Bench bench;
  LogTarget target = bench.target();
  target.sample = {true, false, true};
  bench.config.global.logs = {target};
  bench.start();
  for (const char* text : {"1", "2", "3", "4", "5", "6", "7"}) {
    bench.log->send(nullptr, LogLevel::kInfo, text);
  }
  std::string got;
  for (std::string line = bench.receiver.next(); !line.empty(); line = bench.receiver.next()) {
    got += line[0];
  }
  CHECK(got == "13467");
}

TEST_CASE("len is the length of a descriptor's line with its newline") {
  Bench bench;
  LogTarget target = bench.target(LogProtocol::kShort);
  target.len = 80;
  bench.config.global.logs = {target};
  bench.start();
  bench.log->send(nullptr, LogLevel::kInfo, std::string(200, 'x'));
  CHECK(bench.receiver.next() == "<6>" + std::string(76, 'x') + "\n");
}

TEST_CASE("control characters in a message cannot forge a line") {
  Bench bench;
  bench.config.global.logs = {bench.target()};
  bench.start();
  bench.log->send(nullptr, LogLevel::kInfo, "a\nb\x7f \"c\"");
  CHECK(bench.receiver.next() == "a#0Ab#7F \"c\"\n");
}

TEST_CASE("a request is logged in the frontend's format, and in what its options allow") {
  Bench bench;
  SampleRequest request;
  bench.proxy().logs = {bench.target(LogProtocol::kShort)};
  bench.start();
  CHECK(bench.log->stage(bench.proxy()) == LogStage::kResponse);
  CHECK(bench.log->log_access(bench.proxy(), request.record, LogStage::kEnd));
  CHECK(bench.receiver.next() == "<6>127.0.0.1 \"GET /a?b=c&d HTTP/1.1\" 200\n");

  SECTION("errors at their own level") {
    bench.proxy().options.set(static_cast<size_t>(Option::kLogSeparateErrors));
    request.record.status = 503;
    bench.log->log_access(bench.proxy(), request.record, LogStage::kEnd);
    CHECK(bench.receiver.next() == "<3>127.0.0.1 \"GET /a?b=c&d HTTP/1.1\" 503\n");
  }
  SECTION("only errors") {
    bench.proxy().options.set(static_cast<size_t>(Option::kDontlogNormal));
    CHECK(bench.log->log_access(bench.proxy(), request.record, LogStage::kEnd));
    CHECK(bench.receiver.next().empty());
  }
  SECTION("nothing of connections without a byte, but they may still send some") {
    bench.proxy().options.set(static_cast<size_t>(Option::kDontlognull));
    request.record.bytes_received = 0;
    CHECK(!bench.log->log_access(bench.proxy(), request.record, LogStage::kConnect));
    CHECK(bench.log->log_access(bench.proxy(), request.record, LogStage::kEnd));
    CHECK(bench.receiver.next().empty());
  }
  SECTION("a connection that failed before any request") {
    request.make_bad(0, 'P');
    request.record.connection_error =
        "Received something which does not look like a PROXY protocol header";
    bench.log->log_access(bench.proxy(), request.record, LogStage::kEnd);
    CHECK(bench.receiver.next() ==
          "<6>127.0.0.1:33292 [21/Nov/2026:04:05:21.617] all/bb: Received something which does not "
          "look like a PROXY protocol header\n");
    request.record.bind_name = "";
    bench.proxy().error_log_format.compiled =
        *LogFormat::compile("ERR %ci %HU %ST %ts", Mode::kHttp, false);
    bench.log->log_access(bench.proxy(), request.record, LogStage::kEnd);
    CHECK(bench.receiver.next() == "<6>ERR 127.0.0.1 <BADREQ> 0 PR\n");
  }
}

TEST_CASE("a frontend whose lines nobody takes needs no facts") {
  Bench bench;
  bench.start();
  CHECK(!bench.log->stage(bench.proxy()));
  bench.proxy().logs = {bench.target()};
  bench.proxy().logs[0].level = LogLevel::kNotice;
  bench.start();
  CHECK(!bench.log->stage(bench.proxy()));
  bench.proxy().options.set(static_cast<size_t>(Option::kLogSeparateErrors));
  CHECK(bench.log->stage(bench.proxy()) == LogStage::kEnd);
}

TEST_CASE("structured data goes to RFC 5424 targets only, as a whole or not at all") {
  Bench bench;
  SampleRequest request;
  bench.proxy().log_format.compiled = *LogFormat::compile("hi %lc", Mode::kHttp, false);
  bench.proxy().log_format_sd.compiled =
      *LogFormat::compile("[ex@1 u=\"%{+E}HU\"]", Mode::kHttp, false);
  bench.proxy().logs = {bench.target(LogProtocol::kRaw), bench.target(LogProtocol::kRfc5424)};
  bench.proxy().logs[1].len = 150;
  bench.start();
  request.record.uri = "/a]";
  bench.log->send_access(bench.proxy(), LogLevel::kInfo, request.record);
  const std::string header =
      "<134>1 2026-11-21T04:07:44.269733+00:00 - hawser " + own_pid() + " - ";
  CHECK(bench.receiver.next() == "hi 0\n");
  CHECK(bench.receiver.next() == header + "[ex@1 u=\"/a\\]\"] hi 0\n");
  const std::string uri(200, 'x');
  request.record.uri = uri;
  bench.log->send_access(bench.proxy(), LogLevel::kInfo, request.record);
  CHECK(bench.receiver.next() == "hi 1\n");
  CHECK(bench.receiver.next() == header + "- hi 1\n");
}

TEST_CASE("a receiver that does not keep up costs lines, and they are counted") {
  Bench bench(SOCK_STREAM);
  bench.config.global.logs = {bench.target()};
  bench.start();
  const std::string text(900, 'x');
  for (int i = 0; i < 2000; ++i) bench.log->send(nullptr, LogLevel::kInfo, text);
  CHECK(bench.dropped.value() > 0);
  size_t received = 0;
  std::string all;
  for (std::string part = bench.receiver.next(); !part.empty(); part = bench.receiver.next()) {
    all += part;
  }
  // The line that was cut is ended before the next one, and no other is damaged.
  bench.log->send(nullptr, LogLevel::kInfo, "after");
  all += bench.receiver.next();
  CHECK(all.ends_with("\nafter\n"));
  for (size_t at = 0; (at = all.find(text + "\n", at)) != all.npos; at += text.size()) ++received;
  CHECK(received + bench.dropped.value() == 2000);
}

TEST_CASE("a full pipe costs lines, and the shell's end of it stays as it was") {
  signal(SIGPIPE, SIG_IGN);
  Bench bench;
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  Fd reader(ends[0]), writer(ends[1]);
  LogTarget target = bench.target();
  target.fd = writer.get();
  bench.config.global.logs = {target};
  bench.start();
  CHECK((::fcntl(writer.get(), F_GETFL) & O_NONBLOCK) == 0);
  for (int i = 0; i < 200; ++i) bench.log->send(nullptr, LogLevel::kInfo, std::string(1000, 'x'));
  CHECK(bench.dropped.value() > 0);
  const uint64_t before = bench.dropped.value();
  reader.reset();
  bench.log->send(nullptr, LogLevel::kInfo, "nobody reads");
  CHECK(bench.dropped.value() == before + 1);
}

TEST_CASE("lines are collected for one system call until they are flushed") {
  Bench bench;
  bench.config.global.logs = {bench.target()};
  bench.start();
  bench.log->collect(true);
  bench.log->send(nullptr, LogLevel::kInfo, "1");
  bench.log->send(nullptr, LogLevel::kInfo, "2");
  CHECK(bench.receiver.next().empty());
  bench.log->flush();
  CHECK(bench.receiver.next() == "1\n");
  CHECK(bench.receiver.next() == "2\n");
  for (int i = 0; i < 100; ++i) bench.log->send(nullptr, LogLevel::kInfo, "x");
  CHECK(!bench.receiver.next().empty());  // more than can be collected leave at once
  bench.log->collect(false);
  bench.log->send(nullptr, LogLevel::kInfo, "x");
  CHECK(bench.dropped.value() == 0);
}

TEST_CASE("a syslog server on a unix socket may be restarted") {
  char directory[] = "/tmp/hawser-log-XXXXXX";
  REQUIRE(::mkdtemp(directory) != nullptr);
  const std::string path = std::string(directory) + "/log";
  const auto listen = [&] {
    ::unlink(path.c_str());
    sockaddr_storage storage;
    const socklen_t length = Address::unix_path(path).to_sockaddr(storage);
    Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0));
    REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&storage), length) == 0);
    return fd;
  };
  const auto next = [](const Fd& fd) {
    char buffer[100];
    const ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
    return std::string(buffer, n > 0 ? static_cast<size_t>(n) : 0);
  };
  Bench bench;
  LogTarget target = bench.target();
  target.transport = LogTransport::kUnixDatagram;
  target.address = Address::unix_path(path);
  bench.config.global.logs = {target};
  bench.start();
  bench.log->send(nullptr, LogLevel::kInfo, "not there yet");
  CHECK(bench.dropped.value() == 1);
  Fd server = listen();
  bench.log->send(nullptr, LogLevel::kInfo, "first");
  CHECK(next(server) == "first\n");
  server.reset();
  server = listen();
  bench.log->send(nullptr, LogLevel::kInfo, "second");
  CHECK(next(server) == "second\n");
  CHECK(bench.dropped.value() == 1);
  ::unlink(path.c_str());
  ::rmdir(directory);
}

}  // namespace
}  // namespace hawser
