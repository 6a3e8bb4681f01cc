// SPDX-License-Identifier: MIT
#include "support.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace bench {
namespace {

constexpr int kBacklog = 4096;
constexpr size_t kEventsAtOnce = 512;

void without_delay(int fd) {
  const int on = 1;
  if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) die("TCP_NODELAY");
}

}  // namespace

void die(const std::string& text) {
  const int error = errno;
  std::fprintf(stderr, "%s: %s%s%s\n", program_invocation_short_name, text.c_str(),
               error != 0 ? ": " : "", error != 0 ? std::strerror(error) : "");
  std::exit(1);
}

Poller::Poller() : fd_(epoll_create1(EPOLL_CLOEXEC)), events_(kEventsAtOnce) {
  if (!fd_) die("epoll_create1");
}

void Poller::add(int fd, uint32_t events, void* data) {
  epoll_event event{.events = events, .data = {.ptr = data}};
  if (epoll_ctl(fd_.get(), EPOLL_CTL_ADD, fd, &event) != 0) die("epoll_ctl add");
}

void Poller::change(int fd, uint32_t events, void* data) {
  epoll_event event{.events = events, .data = {.ptr = data}};
  if (epoll_ctl(fd_.get(), EPOLL_CTL_MOD, fd, &event) != 0) die("epoll_ctl mod");
}

std::span<const epoll_event> Poller::wait(int timeout_ms) {
  const int count =
      epoll_wait(fd_.get(), events_.data(), static_cast<int>(events_.size()), timeout_ms);
  if (count < 0 && errno != EINTR) die("epoll_wait");
  return {events_.data(), static_cast<size_t>(std::max(count, 0))};
}

sockaddr_in parse_address(const std::string& text) {
  const size_t colon = text.rfind(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  errno = 0;
  if (colon == text.npos ||
      inet_pton(AF_INET, text.substr(0, colon).c_str(), &address.sin_addr) != 1) {
    die("'" + text + "' is not an IPv4 address and port, such as 127.0.0.1:8080");
  }
  address.sin_port = htons(static_cast<uint16_t>(parse_number(text.substr(colon + 1), 65535)));
  return address;
}

Fd listen_on(uint16_t port) {
  Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) die("socket");
  const int on = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(fd.get(), kBacklog) != 0) {
    die("cannot listen on port " + std::to_string(port));
  }
  return fd;
}

Fd accept_from(const Fd& listener) {
  Fd fd(accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (fd) {
    without_delay(fd.get());
  } else if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR) {
    die("accept");
  }
  return fd;
}

Fd start_connect(const sockaddr_in& address) {
  Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) die("socket");
  without_delay(fd.get());
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
      errno != EINPROGRESS) {
    return Fd();
  }
  return fd;
}

uint16_t local_port(const Fd& connection) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (getsockname(connection.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    die("getsockname");
  return ntohs(address.sin_port);
}

Options::Options(int argc, char** argv, std::initializer_list<std::string_view> values,
                 std::initializer_list<std::string_view> flags, const char* usage) {
  const auto refuse = [usage](const std::string& why) {
    errno = 0;
    die(why + "\n" + usage);
  };
  const auto is_in = [](std::initializer_list<std::string_view> names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const std::string_view name = word.starts_with("--") ? word.substr(2) : "";
    if (is_in(flags, name)) {
      values_.emplace(name, "");
    } else if (!is_in(values, name)) {
      refuse("unknown option '" + std::string(word) + "'");
    } else if (i + 1 == argc) {
      refuse("'" + std::string(word) + "' needs a value");
    } else {
      values_.emplace(name, argv[++i]);
    }
  }
}

std::string Options::text(std::string_view name, const std::string& otherwise) const {
  const auto found = values_.find(name);
  return found == values_.end() ? otherwise : found->second;
}

std::vector<std::string> Options::all(std::string_view name) const {
  std::vector<std::string> found;
  for (auto [at, end] = values_.equal_range(name); at != end; ++at) found.push_back(at->second);
  return found;
}

uint64_t Options::number(std::string_view name, uint64_t otherwise) const {
  return has(name) ? parse_number(text(name)) : otherwise;
}

uint64_t now_ns() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

uint64_t parse_number(const std::string& text, uint64_t limit) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  errno = 0;
  if (error != std::errc() || end != text.data() + text.size() || value > limit) {
    die("'" + text + "' is not a number, or is over " + std::to_string(limit));
  }
  return value;
}

void raise_descriptor_limit() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) die("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) die("setrlimit");
}

}  // namespace bench
