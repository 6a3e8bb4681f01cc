// SPDX-License-Identifier: MIT
// The load: one thread, a closed loop of N clients. Each sends its next request when the last
// answer is complete.
//
// Prints one line of JSON: requests, connections, errors, rate, latencies and the longest time in
// which no answer was completed (gap) in microseconds, and the CPU time that the processes named by
// --watch spent during the measured interval. Exits 0 even when there were errors: the caller
// judges.
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "cpu_time.h"
#include "histogram.h"
#include "support.h"

namespace {

using bench::Fd;
using bench::Poller;

constexpr const char* kUsage =
    "usage: bench_load --target ADDRESS:PORT [--clients 64] [--warmup MS] [--time MS] [--watch "
    "PID]...\n"
    "                  [--patience MS] (--path /1k | --tcp SIZE) [--per-request] [--idle] "
    "[--failures]\n"
    "  --path         HTTP/1.1 GET of this path; --tcp: 64 bytes there, SIZE bytes back\n"
    "  --per-request  a connection per request (HTTP: with Connection: close)\n"
    "  --idle         every client makes one request and then keeps its connection open until "
    "stdin ends\n"
    "  --failures     a line for each error, at once: seconds of the monotonic clock, local port, "
    "cause\n"
    "  --patience     a request that takes longer is given up as an error (cause: late)";

constexpr size_t kTcpRequest = 64;
constexpr size_t kOpeningAtOnce = 64;     // with --idle
constexpr uint64_t kIdleRampMs = 60'000;  // to open all connections
constexpr uint64_t kPatienceTickNs = 100'000'000;

struct Plan {
  sockaddr_in target;
  size_t clients;
  uint64_t warmup_ms, time_ms, patience_ms;
  bool http, per_request, idle, failures;
  uint64_t tcp_size;
  std::string request;
  std::vector<std::string> watched;
};

std::array<char, 1 << 20> scratch;

// Reads the length of the body from the head of an HTTP answer. False: not an answer that this
// program can measure.
bool parse_head(std::string_view head, uint64_t& body) {
  if (!head.starts_with("HTTP/1.1 200") && !head.starts_with("HTTP/1.0 200")) return false;
  constexpr std::string_view kName = "content-length:";
  for (size_t at = head.find("\r\n"); at != head.npos; at = head.find("\r\n", at)) {
    at += 2;
    if (head.size() - at < kName.size() ||
        strncasecmp(head.data() + at, kName.data(), kName.size()) != 0)
      continue;
    body = std::strtoull(head.data() + at + kName.size(), nullptr, 10);
    return true;
  }
  return false;
}

struct Client {
  enum class State { kConnecting, kHead, kBody, kAwaitClose, kIdle, kClosed };

  State state = State::kClosed;
  Fd fd;
  std::string head;        // of the answer, while it is incomplete
  uint64_t remaining = 0;  // bytes of the answer still to come
  uint64_t began = 0;
  bool fresh = false;  // nothing was sent on the connection yet
};

class Load {
 public:
  explicit Load(const Plan& plan) : plan_(plan), clients_(plan.clients) {}

  void run_loop() {
    for (Client& client : clients_) open(client);
    turn_until(bench::now_ns() + plan_.warmup_ms * 1'000'000);
    latencies_.clear();
    requests_ = connections_ = errors_ = longest_gap_ = 0;
    const uint64_t cpu_before = bench::cpu_time_ns(plan_.watched);
    const uint64_t began = last_answer_ = bench::now_ns();
    turn_until(began + plan_.time_ms * 1'000'000);
    const uint64_t elapsed = bench::now_ns() - began;
    note_gap(began + elapsed);
    const uint64_t cpu = bench::cpu_time_ns(plan_.watched) - cpu_before;
    print(elapsed, cpu);
  }

  // Prints when all connections are idle, then holds them until stdin ends.
  void run_idle() {
    const uint64_t deadline = bench::now_ns() + kIdleRampMs * 1'000'000;
    while (idle_ < clients_.size() && errors_ == 0 && bench::now_ns() < deadline) {
      for (; opened_ < clients_.size() && opened_ - idle_ < kOpeningAtOnce; ++opened_)
        open(clients_[opened_]);
      turn(100);
    }
    std::printf("{\"idle\": %zu, \"errors\": %llu}\n", idle_,
                static_cast<unsigned long long>(errors_));
    std::fflush(stdout);
    while (read(STDIN_FILENO, scratch.data(), scratch.size()) > 0) {
    }
  }

 private:
  void turn_until(uint64_t deadline) {
    while (bench::now_ns() < deadline) turn(10);
  }

  void turn(int timeout_ms) {
    for (const epoll_event& event : poller_.wait(timeout_ms))
      handle(*static_cast<Client*>(event.data.ptr));
    // A client that failed is opened here and not where it failed, so that a dead target can't make
    // a recursion.
    for (Client* client : std::exchange(to_open_, {})) open(*client);
    if (plan_.patience_ms != 0) give_up_late_ones();
  }

  void give_up_late_ones() {
    const uint64_t now = bench::now_ns();
    if (now - last_patience_ < kPatienceTickNs) return;
    last_patience_ = now;
    for (Client& client : clients_) {
      if (client.state != Client::State::kClosed && client.state != Client::State::kIdle &&
          now - client.began > plan_.patience_ms * 1'000'000)
        fail(client, "late");
    }
  }

  void open(Client& client) {
    client.began = bench::now_ns();
    client.fd = bench::start_connect(plan_.target);
    if (!client.fd) return fail(client, "connect");
    client.state = Client::State::kConnecting;
    client.fresh = true;
    poller_.add(client.fd.get(), EPOLLOUT, &client);
  }

  void handle(Client& client) {
    switch (client.state) {
      case Client::State::kConnecting:
        poller_.change(client.fd.get(), EPOLLIN, &client);
        return send_request(client);
      case Client::State::kHead:
        return read_head(client);
      case Client::State::kBody:
        return read_body(client);
      case Client::State::kAwaitClose:
        return await_close(client);
      case Client::State::kIdle:
        return fail(client, "idle");  // the proxy closed it, or sent what nobody asked for
      case Client::State::kClosed:
        return;
    }
  }

  void send_request(Client& client) {
    const ssize_t sent =
        send(client.fd.get(), plan_.request.data(), plan_.request.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(plan_.request.size()))
      return fail(client, errno == ECONNREFUSED || errno == ETIMEDOUT ? "connect" : "closed");
    if (client.fresh) ++connections_;
    client.fresh = false;
    client.head.clear();
    client.remaining = plan_.tcp_size;
    client.state = plan_.http ? Client::State::kHead : Client::State::kBody;
  }

  void read_head(Client& client) {
    const ssize_t got = recv(client.fd.get(), scratch.data(), 16384, 0);
    if (got <= 0) return got < 0 && errno == EAGAIN ? void() : fail(client, "closed");
    std::string_view bytes(scratch.data(), static_cast<size_t>(got));
    if (!client.head.empty()) bytes = client.head.append(bytes);
    const size_t end = bytes.find("\r\n\r\n");
    if (end == bytes.npos) {
      if (client.head.empty()) client.head = bytes;
      return;
    }
    uint64_t body = 0;
    const uint64_t body_read = bytes.size() - end - 4;
    if (!parse_head(bytes.substr(0, end + 4), body) || body_read > body)
      return fail(client, "answer");
    client.remaining = body - body_read;
    client.state = Client::State::kBody;
    if (client.remaining == 0) complete(client);
  }

  // The bytes are counted but not copied out of the kernel: the load must not be the bottleneck.
  void read_body(Client& client) {
    const ssize_t got = recv(client.fd.get(), scratch.data(),
                             std::min<uint64_t>(client.remaining, scratch.size()), MSG_TRUNC);
    if (got <= 0) return got < 0 && errno == EAGAIN ? void() : fail(client, "closed");
    client.remaining -= static_cast<uint64_t>(got);
    if (client.remaining == 0) complete(client);
  }

  void complete(Client& client) {
    const uint64_t now = bench::now_ns();
    latencies_.add(now - client.began);
    note_gap(now);
    ++requests_;
    if (plan_.idle) {
      ++idle_;
      client.state = Client::State::kIdle;
    } else if (plan_.per_request) {
      client.state = Client::State::kAwaitClose;
    } else {
      client.began = now;
      send_request(client);
    }
  }

  // The other side closes first, so that no port of this side is left in TIME_WAIT.
  void await_close(Client& client) {
    const ssize_t got = recv(client.fd.get(), scratch.data(), scratch.size(), 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got != 0) return fail(client, got < 0 ? "closed" : "answer");
    close(client);
    to_open_.push_back(&client);
  }

  void fail(Client& client, const char* cause) {
    ++errors_;
    if (plan_.failures)
      std::printf("%.6f %d %s\n", static_cast<double>(bench::now_ns()) / 1e9,
                  client.fd ? bench::local_port(client.fd) : 0, cause);
    close(client);
    if (!plan_.idle) to_open_.push_back(&client);
  }

  void close(Client& client) {
    client.fd.reset();
    client.state = Client::State::kClosed;
  }

  void note_gap(uint64_t now) {
    longest_gap_ = std::max(longest_gap_, now - last_answer_);
    last_answer_ = now;
  }

  void print(uint64_t elapsed_ns, uint64_t cpu_ns) const {
    const auto us = [](uint64_t ns) { return static_cast<double>(ns) / 1e3; };
    std::printf(
        "{\"requests\": %llu, \"connections\": %llu, \"errors\": %llu, \"seconds\": %.3f, "
        "\"rate\": %.1f, \"cpu_ns\": %llu, "
        "\"p50_us\": %.1f, \"p90_us\": %.1f, \"p99_us\": %.1f, \"max_us\": %.1f, "
        "\"oldest_us\": %.1f, \"gap_us\": %.1f}\n",
        static_cast<unsigned long long>(requests_), static_cast<unsigned long long>(connections_),
        static_cast<unsigned long long>(errors_), static_cast<double>(elapsed_ns) / 1e9,
        static_cast<double>(requests_) * 1e9 / static_cast<double>(elapsed_ns),
        static_cast<unsigned long long>(cpu_ns), us(latencies_.quantile(0.5)),
        us(latencies_.quantile(0.9)), us(latencies_.quantile(0.99)), us(latencies_.largest()),
        us(oldest()), us(longest_gap_));
  }

  // How long the client has waited that waits longest: a request that is never answered is no error
  // and has no latency.
  uint64_t oldest() const {
    uint64_t began = bench::now_ns();
    for (const Client& client : clients_) began = std::min(began, client.began);
    return bench::now_ns() - began;
  }

  const Plan& plan_;
  Poller poller_;
  std::vector<Client> clients_;
  std::vector<Client*> to_open_;
  bench::Histogram latencies_;
  uint64_t requests_ = 0, connections_ = 0, errors_ = 0;
  uint64_t last_answer_ = 0, longest_gap_ = 0, last_patience_ = 0;
  size_t opened_ = 0, idle_ = 0;
};

Plan read_plan(const bench::Options& options) {
  Plan plan{};
  plan.target = bench::parse_address(options.text("target"));
  plan.clients = options.number("clients", 64);
  plan.warmup_ms = options.number("warmup", 300);
  plan.time_ms = options.number("time", 2000);
  plan.patience_ms = options.number("patience", 0);
  plan.http = !options.has("tcp");
  plan.tcp_size = options.number("tcp", 0);
  plan.per_request = options.has("per-request");
  plan.idle = options.has("idle");
  plan.failures = options.has("failures");
  plan.watched = options.all("watch");
  plan.request = plan.http ? "GET " + options.text("path", "/1k") +
                                 " HTTP/1.1\r\nHost: bench.example\r\n" +
                                 "User-Agent: bench_load\r\nAccept: */*\r\n" +
                                 (plan.per_request ? "Connection: close\r\n" : "") + "\r\n"
                           : std::string(kTcpRequest, 'q');
  return plan;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Options options(
      argc, argv, {"target", "clients", "warmup", "time", "patience", "watch", "path", "tcp"},
      {"per-request", "idle", "failures"}, kUsage);
  bench::raise_descriptor_limit();
  const Plan plan = read_plan(options);
  if (plan.failures) std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  const auto load = std::make_unique<Load>(plan);
  plan.idle ? load->run_idle() : load->run_loop();
}
