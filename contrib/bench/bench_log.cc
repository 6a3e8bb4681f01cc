// SPDX-License-Identifier: MIT
// What logging costs a request: rendering alone, and with the line on its way to a receiver that
// reads it. CPU time of the logging process, nanoseconds a line.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string_view>

#include "base/fd.h"
#include "logging/log_format.h"
#include "logging/log_out.h"

namespace hawser {
namespace {

constexpr int kLines = 300'000;
constexpr int kLinesPerTurn = 16;  // what a loop turn under load logs

int64_t cpu_ns() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

void report(const char* what, int64_t ns, uint64_t dropped) {
  std::printf("%-48s %7.0f ns a line", what, static_cast<double>(ns) / kLines);
  if (dropped > 0) std::printf("  (%llu dropped)", static_cast<unsigned long long>(dropped));
  std::printf("\n");
}

struct Request {
  Address client = *Address::parse_ip("192.0.2.33", 33292);
  AccessRecord record;
  Request() {
    record.start_us = realtime_ns() / 1000;
    record.times = {0, 0, 0, 0, 1, 20, 21};
    record.client = record.listener = &client;
    record.frontend = "http-in";
    record.backend = "static";
    record.server = "srv1";
    record.method = "GET";
    record.uri = "/images/logo.png?size=large";
    record.version = "HTTP/1.1";
    record.status = 200;
    record.bytes_received = 412;
    record.bytes_sent = 15'342;
  }
};

void bench_render(LogStyle style, Mode mode, const char* what) {
  const auto format = *LogFormat::compile(builtin_log_format(style, mode), mode, false);
  LogDates dates;
  LineBuffer line(1024);
  Request request;
  const int64_t start = cpu_ns();
  for (int i = 0; i < kLines; ++i) {
    request.record.start_us += 700;
    line.clear();
    format->render(request.record, {.dates = dates, .hostname = "edge1"}, line);
  }
  report(what, cpu_ns() - start, 0);
}

// Reads datagrams until it is killed.
pid_t start_receiver(int fd) {
  const pid_t pid = fork();
  if (pid != 0) return pid;
  char buffer[2048];
  while (recv(fd, buffer, sizeof buffer, 0) >= 0) {
  }
  _exit(0);
}

std::unique_ptr<ProxyConfig> make_frontend(const LogTarget& target) {
  auto proxy = std::make_unique<ProxyConfig>();
  proxy->kind = ProxyKind::kFrontend;
  proxy->mode = Mode::kHttp;
  proxy->index = 0;
  proxy->log_format.compiled =
      *LogFormat::compile(builtin_log_format(LogStyle::kHttp, Mode::kHttp), Mode::kHttp, false);
  proxy->logs.push_back(target);
  return proxy;
}

void log_requests(const LogTarget& target, bool collect, const char* what) {
  Config config;
  config.proxies.push_back(make_frontend(target));
  Counter dropped{};
  LogOut log(config, &dropped);
  log.collect(collect);
  Request request;
  const int64_t start = cpu_ns();
  for (int i = 0; i < kLines; ++i) {
    request.record.start_us += 700;
    log.log_access(*config.proxies[0], request.record, LogStage::kEnd);
    if (i % kLinesPerTurn == 0) log.flush();
  }
  report(what, cpu_ns() - start, dropped.value());
}

// Everything but the receiver: a descriptor that takes all and does nothing with it.
void bench_null() {
  const Fd fd(open("/dev/null", O_WRONLY));
  LogTarget target;
  target.transport = LogTransport::kFd;
  target.fd = fd.get();
  log_requests(target, true, "httplog to /dev/null, 16 a turn");
}

// What the kernel takes to deliver datagrams of that size, without any of our code.
void bench_kernel(int fd, const sockaddr_storage& to, socklen_t length) {
  const char line[150] = {};
  const int64_t start = cpu_ns();
  for (int i = 0; i < kLines; ++i) {
    sendto(fd, line, sizeof line, MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&to), length);
  }
  report("  of which the kernel, measured with sendto()", cpu_ns() - start, 0);
}

void bench_send(const Address& server, bool collect, const char* what) {
  sockaddr_storage storage;
  const socklen_t length = server.to_sockaddr(storage);
  const Fd fd(socket(server.family(), SOCK_DGRAM, 0));
  Address bound = server;
  if (bind(fd.get(), reinterpret_cast<sockaddr*>(&storage), length) != 0) {
    std::perror("bind");
    return;
  }
  if (server.is_ip()) {
    socklen_t size = sizeof storage;
    getsockname(fd.get(), reinterpret_cast<sockaddr*>(&storage), &size);
    bound = Address::from_sockaddr(reinterpret_cast<sockaddr*>(&storage), size);
  }
  const pid_t receiver = start_receiver(fd.get());

  LogTarget target;
  target.transport = bound.is_unix() ? LogTransport::kUnixDatagram : LogTransport::kUdp;
  target.address = bound;
  target.facility = 16;
  log_requests(target, collect, what);
  if (!collect) {
    const Fd sender(socket(server.family(), SOCK_DGRAM, 0));
    bench_kernel(sender.get(), storage, bound.to_sockaddr(storage));
  }
  kill(receiver, SIGKILL);
  waitpid(receiver, nullptr, 0);
}

}  // namespace
}  // namespace hawser

int main() {
  using namespace hawser;
  bench_render(LogStyle::kTcp, Mode::kTcp, "render option tcplog");
  bench_render(LogStyle::kHttp, Mode::kHttp, "render option httplog");
  bench_render(LogStyle::kHttpClf, Mode::kHttp, "render option httplog clf");
  const Address loopback = *Address::parse_ip("127.0.0.1");
  bench_send(loopback, false, "httplog to UDP on loopback, a call each");
  bench_send(loopback, true, "httplog to UDP on loopback, 16 a turn");
  bench_null();
  const Address path = Address::unix_path("/tmp/hawser-bench-log." + std::to_string(getpid()));
  bench_send(path, false, "httplog to a unix socket");
  unlink(path.path().c_str());
  return 0;
}
