// SPDX-License-Identifier: MIT
// For tests of the data path: a worker on a loop, its clients and its servers, all in this process.
//
//   Lab lab("defaults\n mode http\n...\nlisten l\n bind :1\n server s @s1\n");
//   Peer& client = lab.connect();
//   client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
//   Peer& server = lab.accept();
//   CHECK(server.read_until("\r\n\r\n") == "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
//
// "@s1" stands for the address of the first server, "@log" for a descriptor whose lines log_line()
// gives. Lab(config, 1, 2) has two workers, and connect(n) reaches worker n / binds. The kernel
// picks every port. Nothing sleeps: the loop turns until what is waited for has come, or the
// deadline has passed and the test fails; pass(ten minutes) takes no time.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "config/testing.h"
#include "logging/log_out.h"
#include "loop/loop.h"
#include "loop/watch.h"
#include "proxy/testing_peer.h"
#include "proxy/worker.h"
#include "shm/schedule.h"
#include "shm/shared.h"

namespace hawser {

// A configuration with one `listen` section and a log.
struct ListenText {
  std::string_view global = "";
  std::string_view mode = "http";
  std::string_view timeouts = " timeout client 4s\n timeout server 4s\n timeout queue 4s\n";
  std::string_view bind = "";  // words behind `bind <address>`
  std::string_view lines = "";
  std::string_view servers = " server s @s1\n";
};
inline std::string listen_with(const ListenText& text) {
  return fmt::format(
      "global\n{}defaults\n mode {}\n timeout connect 2s\n{}"
      "listen l\n bind :1 {}\n log @log\n option {}log\n{}{}",
      text.global, text.mode, text.timeouts, text.bind, text.mode, text.lines, text.servers);
}

class Lab final : public Turner {
 public:
  explicit Lab(std::string config, size_t servers = 1, uint32_t workers = 1) {
    ::signal(SIGPIPE, SIG_IGN);  // as every process of the program does: splice(2) raises it
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends) == 0);
    log_read_.reset(ends[0]);
    log_write_.reset(ends[1]);
    replace(config, "@log", fmt::format("fd@{} format raw local0", ends[1]));
    for (size_t i = 0; i < servers; ++i) {
      servers_.push_back(listening_socket());
      replace(config, fmt::format("@s{}", i + 1),
              fmt::format("127.0.0.1:{}", port_of(servers_.back().get())));
    }
    config_ = config_of(config);
    auto shared = Shared::create(*config_, workers);
    REQUIRE(shared);
    shared_ = std::move(shared).value();
    for (const auto& proxy : config_->proxies) {
      if (has_backend(proxy->kind)) publish_schedule(*shared_, *config_, proxy->index);
    }
    log_ = std::make_unique<LogOut>(*config_, &dropped_);
    for (uint32_t worker = 0; worker < workers; ++worker) add_worker(worker);
    loop_.add_turn_hook([this](int64_t now_ms) { return look(now_ms); });
    for (const auto& worker : workers_) worker->start([] {});
  }
  ~Lab() {
    workers_.clear();
    // However it ended: what was counted in was counted out.
    CHECK(loads() == "");
  }

  Peer& connect(size_t listener = 0) {
    Fd fd(::socket(AF_INET, SOCK_STREAM, 0));
    const sockaddr_in to = address_of(listeners_[listener].get());
    REQUIRE(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
    ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
    peers_.push_back(std::make_unique<Peer>(*this, std::move(fd)));
    return *peers_.back();
  }
  // The worker's end of this client's connection.
  int worker_socket(const Peer& client) {
    turn();  // until the worker has accepted
    const sockaddr_in wanted = address_of(client.fd());
    for (int fd = 0; fd < 1024; ++fd) {
      sockaddr_in peer{};
      socklen_t length = sizeof peer;
      if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &length) != 0) continue;
      if (peer.sin_family == AF_INET && peer.sin_port == wanted.sin_port) return fd;
    }
    FAIL("it was not accepted");
    return -1;
  }
  // Fills the worker's socket to this client, so that what it sends next must wait. Returns the
  // bytes that the client will read first.
  size_t fill_socket(const Peer& client) {
    const int fd = worker_socket(client);
    const std::string piece(4096, 'x');
    size_t filled = 0;
    // Acknowledgments that are on their way make room again; they may be held back for 40 ms.
    pollfd room{fd, POLLOUT, 0};
    do {
      for (ssize_t n; (n = ::send(fd, piece.data(), piece.size(), MSG_NOSIGNAL)) > 0;)
        filled += static_cast<size_t>(n);
    } while (::poll(&room, 1, 250) > 0);
    REQUIRE(filled != 0);
    return filled;
  }
  // The next connection of the worker to a server.
  Peer& accept(size_t server = 1) {
    Fd fd;
    const bool came = run_until([&] {
      fd.reset(::accept4(servers_[server - 1].get(), nullptr, nullptr, SOCK_NONBLOCK));
      return static_cast<bool>(fd);
    });
    REQUIRE(came);
    peers_.push_back(std::make_unique<Peer>(*this, std::move(fd)));
    return *peers_.back();
  }
  // The server to which the next new connection goes.
  size_t next_server() {
    size_t next = 0;
    run_until([&] {
      for (size_t i = 0; i < servers_.size() && next == 0; ++i) {
        pollfd connected{servers_[i].get(), POLLIN, 0};
        if (::poll(&connected, 1, 0) > 0) next = i + 1;
      }
      return next != 0;
    });
    REQUIRE(next != 0);
    return next;
  }
  // Sends a request whose head goes to a new connection of a server, which has read it.
  Peer& reach_server(Peer& client, std::string_view request = kGet, size_t server = 1) {
    client.send(request);
    Peer& reached = accept(server);
    reached.read_until("\r\n\r\n");
    return reached;
  }
  // The same in mode tcp, where the server has read these bytes.
  Peer& reach_raw(Peer& client, std::string_view bytes) {
    client.send(bytes);
    Peer& reached = accept();
    CHECK(reached.read_until(bytes) == bytes);
    return reached;
  }
  // Did the worker connect without having been asked to?
  bool has_unexpected_connection(size_t server = 1) {
    turn();
    return static_cast<bool>(
        Fd(::accept4(servers_[server - 1].get(), nullptr, nullptr, SOCK_NONBLOCK)));
  }
  void stop_server(size_t server = 1) { servers_[server - 1].reset(); }  // refuses from now on

  bool run_until(const std::function<bool()>& condition) override {
    constexpr int kMostTurns = 20'000;
    constexpr int64_t kLongestMs = 5'000;
    turns_left_ = kMostTurns;
    give_up_ms_ = now_ns() / 1'000'000 + kLongestMs;
    condition_ = &condition;
    came_ = false;
    loop_.run();
    return came_;
  }
  // Lets the worker see what has happened so far.
  void turn(int turns = 5) {
    run_until([&turns] { return turns-- <= 0; });
  }

  // Lets time pass for the worker, at once, after what has happened so far.
  void pass(Millis time) {
    turn();
    passed_ns_ += std::chrono::nanoseconds(time).count();
    turn();
  }
  // The worker's clock.
  static int64_t now_ns() { return monotonic_ns() + passed_ns_; }

  // One line of the access log, without its line end.
  std::string log_line() {
    std::string line(8192, '\0');
    ssize_t n = -1;
    run_until([&] {
      n = ::recv(log_read_.get(), line.data(), line.size(), MSG_DONTWAIT);
      return n >= 0;
    });
    line.resize(n > 0 ? static_cast<size_t>(n) : 0);
    while (line.ends_with('\n')) line.pop_back();
    return line;
  }

  // Shared numbers that are not 0: sessions, served, queued and idle; "" when all is over.
  std::string loads() const {
    std::string out;
    const auto add = [&out](std::string_view name, uint32_t value) {
      if (value != 0) out += fmt::format("{}={} ", name, value);
    };
    add("conns", shared_->header().conns);
    for (const auto& proxy : config_->proxies) {
      const ProxyLoad& load = shared_->proxy_load(proxy->index);
      add("fe_conns", load.fe_conns);
      add("be_served", load.be_served);
      add("be_queued", load.queued);
    }
    for (uint32_t i = 0; i < config_->servers; ++i) {
      const ServerLoad& load = shared_->server_load(i);
      add("served", load.served);
      add("queued", load.queued);
      add("idle", load.idle);
      add("idle_safe", load.idle_safe);
    }
    return out.empty() ? out : out.substr(0, out.size() - 1);
  }
  bool has_loads(std::string_view expected) {
    return run_until([&] { return loads() == expected; });
  }

  Role& worker(size_t number = 0) { return *workers_[number]; }
  Shared& shared() { return *shared_; }
  ServerCounters& server_counters(uint32_t server = 0) { return shared_->server(0, server); }
  const Config& config() const { return *config_; }
  int server_socket(size_t server = 1) const { return servers_[server - 1].get(); }
  sockaddr_in server_address(size_t server = 1) const {
    return address_of(servers_[server - 1].get());
  }

 private:
  void add_worker(uint32_t number) {
    WorkerSetup setup{*config_, *shared_, number, {}, *log_};
    uint32_t line = 0;
    for (const auto& proxy : config_->proxies) {
      for (const BindConfig& bind : proxy->binds) {
        listeners_.push_back(listening_socket());
        setup.sockets.push_back({&bind, line++, number, listeners_.back().get()});
      }
    }
    workers_.push_back(make_worker_role(loop_, std::move(setup)));
    Heartbeat& heartbeat = shared_->process(kFirstWorker + number);
    heartbeat.state = ProcessState::kServing;
    heartbeat.beat_ns = std::numeric_limits<int64_t>::max();  // never old
    bells_.emplace_back(Doorbell::make());
    heartbeat.doorbell = bells_.back().get();
    doorbells_.push_back(std::make_unique<Doorbell>(
        loop_, bells_.back().get(), [role = workers_.back().get()] { role->doorbell(); }));
  }
  static void replace(std::string& text, std::string_view what, std::string_view by) {
    for (size_t at; (at = text.find(what)) != text.npos;) text.replace(at, what.size(), by);
  }
  static sockaddr_in address_of(int fd) {
    sockaddr_in address{};
    socklen_t length = sizeof address;
    REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0);
    return address;
  }
  static uint16_t port_of(int fd) { return ntohs(address_of(fd).sin_port); }
  static Fd listening_socket() {
    Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(fd.get(), 128) == 0);
    return fd;
  }
  int64_t look(int64_t now_ms) {
    for (const auto& peer : peers_) peer->turn();
    came_ = came_ || (*condition_)();
    const bool over = came_ || --turns_left_ <= 0 || now_ms > give_up_ms_;
    if (over) loop_.stop();
    return over ? now_ms : now_ms + 1;
  }

  // There is one Lab at a time.
  static Loop::Clock new_clock() {
    passed_ns_ = 0;
    return now_ns;
  }

  static inline int64_t passed_ns_ = 0;
  Loop loop_{new_clock()};
  std::vector<Fd> servers_, listeners_;
  Fd log_read_, log_write_;
  std::unique_ptr<const Config> config_;
  std::unique_ptr<Shared> shared_;
  Counter dropped_;
  std::unique_ptr<LogOut> log_;
  std::vector<std::unique_ptr<Role>> workers_;
  std::vector<Fd> bells_;
  std::vector<std::unique_ptr<Doorbell>> doorbells_;
  std::vector<std::unique_ptr<Peer>> peers_;
  const std::function<bool()>* condition_ = nullptr;
  bool came_ = false;
  int turns_left_ = 0;
  int64_t give_up_ms_ = 0;
};

}  // namespace hawser
