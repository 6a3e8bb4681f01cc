// SPDX-License-Identifier: MIT
#include "check/runner.h"

#include <algorithm>
#include <deque>
#include <vector>

#include "base/shortage_testing.h"
#include "loop/watch.h"

namespace hawser {
namespace {

// A server on a loopback port of the kernel's choice. It does one thing with each connection.
class Origin {
 public:
  enum class Does : uint8_t { kAnswer, kClose, kReset, kNothing };
  Origin(Loop& loop, Does what, std::string answer = {}) : what_(what), answer_(std::move(answer)) {
    fd_.reset(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    sockaddr_storage storage;
    socklen_t length = Address::parse_ip("127.0.0.1")->to_sockaddr(storage);
    REQUIRE(bind(fd_.get(), reinterpret_cast<sockaddr*>(&storage), length) == 0);
    REQUIRE(listen(fd_.get(), 16) == 0);
    REQUIRE(getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&storage), &length) == 0);
    address_ = Address::from_sockaddr(reinterpret_cast<sockaddr*>(&storage), length);
    loop_ = &loop;
    watch_ = std::make_unique<FdWatch>(loop, fd_.get(), FdWatch::kRead, [this](int) { accept(); });
  }
  const Address& address() const { return address_; }
  const std::string& heard() const { return heard_; }

 private:
  void accept() {
    Fd client(accept4(fd_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!client) return;
    const int fd = client.get();
    clients_.push_back({std::move(client), nullptr});
    clients_.back().watch =
        std::make_unique<FdWatch>(*loop_, fd, FdWatch::kRead, [this, fd](int) { read(fd); });
  }
  void read(int fd) {
    char buffer[4096];
    const ssize_t got = recv(fd, buffer, sizeof buffer, 0);
    if (got > 0) heard_.append(buffer, static_cast<size_t>(got));
    if (got > 0 && what_ == Does::kNothing) return;
    if (got > 0 && what_ == Does::kAnswer) {
      send(fd, answer_.data(), answer_.size(), MSG_NOSIGNAL);
    }
    if (what_ == Does::kReset) {
      const linger reset{.l_onoff = 1, .l_linger = 0};
      setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    }
    std::erase_if(clients_, [fd](const Client& client) { return client.fd.get() == fd; });
  }
  struct Client {
    Fd fd;
    std::unique_ptr<FdWatch> watch;
  };
  Loop* loop_ = nullptr;
  Does what_;
  std::string answer_;
  Fd fd_;
  Address address_;
  std::string heard_;
  std::unique_ptr<FdWatch> watch_;
  std::deque<Client> clients_;
};

struct Bench {
  Loop loop;
  TimerWheel wheel{loop.now_ms()};
  AttemptPlan plan;
  ProxyConfig backend;
  CheckConfig config;
  int last_error = 0;

  Bench() {
    plan.timeouts = {Millis(10'000), kNoTimeout};
    loop.add_turn_hook([this](int64_t now_ms) {
      wheel.advance(now_ms);
      return wheel.next_ms();
    });
  }

  // One check from beginning to end: "L7OK 200", "L4CON (Connection refused)".
  std::string check(const Address& address, std::string_view type = "tcp") {
    plan.address = address;
    config.args = {"OPTIONS / HTTP/1.0\r\n\r\n"};
    const CheckType* row = Registry<CheckType>::find(type);
    auto probe = row->make(config, {backend, "s1", address});
    std::optional<CheckResult> result;
    auto attempt = std::make_unique<Attempt>(loop, wheel, plan, std::move(probe),
                                             [&](const CheckResult& found) {
                                               result = found;
                                               loop.bury(std::move(attempt_));
                                               loop.stop();
                                             });
    attempt_ = std::move(attempt);
    const Attempt::Start start = attempt_->start();
    last_error = attempt_->error();
    if (start == Attempt::Start::kNotTried) return "not tried";
    if (start == Attempt::Start::kFailed) {
      result = attempt_->result();
    } else {
      Timer deadline(loop, [this] { loop.stop(); });
      deadline.start(Millis(20'000));
      loop.run();
    }
    REQUIRE(result);
    std::string text = result->passed ? "+" : "-";
    text += check_status_word(result->status);
    if (result->code != 0) text += ' ' + std::to_string(result->code);
    if (!result->text.empty()) text += " (" + result->text + ")";
    return text;
  }

 private:
  std::unique_ptr<Attempt> attempt_;
};

TEST_CASE("an attempt connects, and tells a refusal") {
  Bench bench;
  Address gone;
  {
    Origin origin(bench.loop, Origin::Does::kNothing);
    CHECK(bench.check(origin.address()) == "+L4OK");
    CHECK(origin.heard().empty());
    gone = origin.address();
  }
  CHECK(bench.check(gone) == "-L4CON (Connection refused)");
  CHECK(bench.check(gone, "httpchk") == "-L4CON (Connection refused)");
}

TEST_CASE("an attempt carries the probe's words both ways") {
  Bench bench;
  Origin good(bench.loop, Origin::Does::kAnswer, "HTTP/1.0 200 OK\r\n\r\n");
  CHECK(bench.check(good.address(), "httpchk") == "+L7OK 200");
  CHECK(good.heard() == "OPTIONS / HTTP/1.0\r\n\r\n");
  Origin bad(bench.loop, Origin::Does::kAnswer, "HTTP/1.0 404 Gone Fishing\r\n\r\n");
  CHECK(bench.check(bad.address(), "httpchk") == "-L7STS 404 (Gone Fishing)");
}

TEST_CASE("a connection that ends without an answer is a failure, closed or reset") {
  Bench bench;
  Origin closing(bench.loop, Origin::Does::kClose);
  CHECK(bench.check(closing.address(), "httpchk") == "-L7RSP (closed without an answer)");
  Origin resetting(bench.loop, Origin::Does::kReset);
  CHECK(bench.check(resetting.address(), "httpchk") == "-SOCKERR (Connection reset by peer)");
}

TEST_CASE("a silent server runs into the limit that applies") {
  Bench bench;
  Origin silent(bench.loop, Origin::Does::kNothing);
  bench.plan.timeouts = {Millis(20), kNoTimeout};
  CHECK(bench.check(silent.address(), "httpchk") == "-L7TOUT");
  bench.plan.timeouts = {Millis(10'000), Millis(20)};
  CHECK(bench.check(silent.address(), "httpchk") == "-L7TOUT");
}

TEST_CASE("a connection that is not accepted in time is a layer 4 timeout") {
  Bench bench;
  // A full backlog drops the packets of further connections.
  Fd full(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_storage storage;
  socklen_t length = Address::parse_ip("127.0.0.1")->to_sockaddr(storage);
  REQUIRE(bind(full.get(), reinterpret_cast<sockaddr*>(&storage), length) == 0);
  REQUIRE(listen(full.get(), 0) == 0);
  REQUIRE(getsockname(full.get(), reinterpret_cast<sockaddr*>(&storage), &length) == 0);
  std::vector<Fd> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.emplace_back(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    // It need not be established, as long as the kernel knows of it.
    static_cast<void>(connect(waiting.back().get(), reinterpret_cast<sockaddr*>(&storage), length));
  }
  bench.plan.timeouts = {Millis(20), Millis(10'000)};
  CHECK(bench.check(Address::from_sockaddr(reinterpret_cast<sockaddr*>(&storage), length)) ==
        "-L4TOUT");
}

TEST_CASE("the PROXY header goes first, and alone before a TCP check") {
  Bench bench;
  Origin origin(bench.loop, Origin::Does::kAnswer, "HTTP/1.0 200 OK\r\n\r\n");
  bench.plan.proxy_protocol = ProxyProtocol::kV2;
  CHECK(bench.check(origin.address(), "httpchk") == "+L7OK 200");
  CHECK(origin.heard() ==
        std::string("\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", 16) + "OPTIONS / HTTP/1.0\r\n\r\n");
  bench.plan.proxy_protocol = ProxyProtocol::kV1;
  CHECK(bench.check(origin.address()) == "+L4OK");
}

TEST_CASE("a source address that is not ours is told as such") {
  Bench bench;
  Origin origin(bench.loop, Origin::Does::kNothing);
  SourceConfig source;
  bench.plan.source = &source;
  source.address = *Address::parse_ip("127.0.0.9");
  CHECK(bench.check(origin.address()) == "+L4OK");
  source.address = *Address::parse_ip("192.0.2.1");
  CHECK(bench.check(origin.address()) ==
        "-L4CON (Can't bind to source address (Cannot assign requested address))");
}

TEST_CASE("a unix socket that does not exist is told as such") {
  Bench bench;
  CHECK(bench.check(Address::unix_path("/nonexistent/hawser.sock")) ==
        "-SOCKERR (General socket error (No such file or directory))");
}

TEST_CASE("without descriptors an attempt is not made, and the server not blamed") {
  Bench bench;
  Origin origin(bench.loop, Origin::Does::kNothing);
  const FdShortage shortage(0);
  const std::string outcome = bench.check(origin.address());
  CHECK(outcome == "not tried");
  CHECK(bench.last_error == EMFILE);
}

TEST_CASE("the plan of a check follows addr, port and source") {
  ProxyConfig backend;
  backend.source.emplace();
  ServerConfig server;
  server.address = *Address::parse_ip("10.0.0.1", 80);
  CHECK(plan_attempt(backend, server).address.text() == "10.0.0.1:80");
  CHECK(plan_attempt(backend, server).source == &*backend.source);
  server.set.check_addr = std::make_shared<Address>(*Address::parse_ip("10.0.0.2"));
  CHECK(plan_attempt(backend, server).address.text() == "10.0.0.2:80");
  server.set.check_port = 81;
  CHECK(plan_attempt(backend, server).address.text() == "10.0.0.2:81");
  server.set.source = std::make_shared<SourceConfig>();
  CHECK(plan_attempt(backend, server).source == server.set.source.get());
}

}  // namespace
}  // namespace hawser
