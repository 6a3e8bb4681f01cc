// SPDX-License-Identifier: MIT
// What the load generator, the origin and the floor share: owned descriptors, epoll, addresses,
// options.
//
// These programs measure the proxy, so they use nothing of it. An error of the environment ends
// them with a message: there is nobody to recover for.
#pragma once

#include <netinet/in.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cstdint>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

// Prints "PROGRAM: text: strerror(errno)" (without the last part when errno is 0) and exits 1.
[[noreturn]] void die(const std::string& text);

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  ~Fd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void reset(int fd = -1) {
    if (fd_ >= 0) close(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

// A level-triggered epoll set. The pointer given to add() comes back with each event; it must stay
// valid until its descriptor is closed and the current batch of events is done with.
class Poller {
 public:
  Poller();
  void add(int fd, uint32_t events, void* data);
  void change(int fd, uint32_t events, void* data);
  // Waits at most timeout_ms and returns the events; the span is valid until the next call.
  std::span<const epoll_event> wait(int timeout_ms);

 private:
  Fd fd_;
  std::vector<epoll_event> events_;
};

// "127.0.0.1:8080"; dies on anything else.
sockaddr_in parse_address(const std::string& text);

// A listening socket on the loopback address, non-blocking.
Fd listen_on(uint16_t port);

// Accepts one connection, non-blocking and without Nagle's delay; an empty Fd when there is none.
Fd accept_from(const Fd& listener);

// Starts a non-blocking connect, without Nagle's delay. Empty when the kernel refuses at once
// (errno says why).
Fd start_connect(const sockaddr_in& address);

uint16_t local_port(const Fd& connection);

// "--name value" and "--flag" options. Unknown names and missing values die with the usage text.
class Options {
 public:
  Options(int argc, char** argv, std::initializer_list<std::string_view> values,
          std::initializer_list<std::string_view> flags, const char* usage);

  bool has(std::string_view name) const { return values_.contains(name); }
  std::string text(std::string_view name, const std::string& otherwise = "") const;
  std::vector<std::string> all(std::string_view name) const;
  uint64_t number(std::string_view name, uint64_t otherwise) const;

 private:
  std::multimap<std::string, std::string, std::less<>> values_;
};

// Nanoseconds of a clock that only goes forward.
uint64_t now_ns();

// Dies unless the whole of text is a decimal number of at most limit.
uint64_t parse_number(const std::string& text, uint64_t limit = UINT64_MAX);

// Raises the soft limit of open files to the hard one.
void raise_descriptor_limit();

}  // namespace bench
