// SPDX-License-Identifier: MIT
#include "process/service_probes.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>

#include "base/testing.h"
#include "loop/watch.h"

namespace hawser {
namespace {

// A service on a unix socket that answers whatever it hears with `says`; with nothing, it hangs
// up.
struct Service {
  Service() {
    char name[] = "/tmp/hawser-probe-XXXXXX";
    folder = mkdtemp(name);
    script.address = Address::unix_path(folder + "/socket");
    sockaddr_storage at;
    const socklen_t length = script.address.to_sockaddr(at);
    listener.reset(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    REQUIRE(bind(listener.get(), reinterpret_cast<sockaddr*>(&at), length) == 0);
    REQUIRE(listen(listener.get(), 8) == 0);
    accepts = std::make_unique<FdWatch>(loop, listener.get(), FdWatch::kRead, [this](int) {
      hears.reset();
      client.reset(accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      hears = std::make_unique<FdWatch>(loop, client.get(), FdWatch::kRead, [this](int) {
        char buffer[4096];
        const ssize_t got = recv(client.get(), buffer, sizeof buffer, 0);
        if (got <= 0 || says.empty()) {
          hears->set(0);
          return client.reset();
        }
        heard.append(buffer, static_cast<size_t>(got));
        REQUIRE(send(client.get(), says.data(), says.size(), MSG_NOSIGNAL) > 0);
      });
    });
  }
  ~Service() { std::filesystem::remove_all(folder); }

  // "pass: connected", "fail: status 500, expected 200".
  std::string probe() {
    std::string answer;
    std::unique_ptr<ServiceProbe> run;
    run = probes.start(script, Millis(5000), [&](bool passed, const std::string& text) {
      answer = (passed ? "pass: " : "fail: ") + text;
      loop.bury(std::move(run));
      loop.stop();
    });
    if (answer.empty()) loop.run();
    return answer;
  }

  Loop loop;
  ServiceProbes probes{loop};
  VrrpScriptConfig script;
  std::string folder, says, heard;
  Fd listener, client;
  std::unique_ptr<FdWatch> accepts, hears;
};

TEST_CASE("a tcp script passes when the connection is accepted") {
  Service service;
  service.script.kind = VrrpScriptConfig::Kind::kTcp;
  CHECK(service.probe() == "pass: connected");
  service.accepts.reset();
  service.listener.reset();
  CHECK_THAT(service.probe(), Catch::Contains("fail: ") && Catch::Contains("Connection refused"));
}

TEST_CASE("an http script passes when the status is the expected one") {
  Service service;
  service.script.kind = VrrpScriptConfig::Kind::kHttp;
  service.script.subject = "http://127.0.0.1:8080/health?full";
  service.says = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  CHECK(service.probe() == "pass: status 200, expected 200");
  CHECK(service.heard.starts_with("GET /health?full HTTP/1.1\r\nhost: 127.0.0.1:8080\r\n"));
  service.says = "HTTP/1.1 503 Service Unavailable\r\n\r\n";
  CHECK(service.probe() == "fail: status 503, expected 200");
  service.script.expect = 503;
  CHECK(service.probe() == "pass: status 503, expected 503");
}

TEST_CASE("an http script fails when there is no answer") {
  Service service;
  service.script.kind = VrrpScriptConfig::Kind::kHttp;
  service.script.subject = "http://127.0.0.1";
  CHECK(service.probe() == "fail: closed without an answer");
  service.says = "SSH-2.0-OpenSSH\r\n";
  CHECK_THAT(service.probe(), Catch::Contains("fail: not an HTTP answer"));
}

}  // namespace
}  // namespace hawser
