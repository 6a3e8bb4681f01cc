// SPDX-License-Identifier: MIT
// The floor: the least that a proxy on epoll can do. One client connection is one origin
// connection, and bytes are copied between them with one recv and one send, without looking at
// them.
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <memory>

#include "support.h"

namespace {

using bench::Fd;
using bench::Poller;

constexpr const char* kUsage = "usage: bench_floor --listen PORT --origin ADDRESS:PORT";

std::array<std::byte, 65536> buffer;

struct Pair;

// One of the two sockets of a pair, and what has been read for it but not been taken by its kernel
// buffer.
struct End {
  Pair* pair = nullptr;
  End* other = nullptr;
  Fd fd;
  std::vector<std::byte> pending;
  uint32_t events = EPOLLIN;
  bool read_eof = false;
};

struct Pair {
  End client, server;
  bool closed = false;
};

class Relay {
 public:
  Relay(uint16_t port, const sockaddr_in& origin)
      : listener_(bench::listen_on(port)), origin_(origin) {
    poller_.add(listener_.get(), EPOLLIN, nullptr);
  }

  [[noreturn]] void run() {
    for (;;) {
      for (const epoll_event& event : poller_.wait(-1)) {
        if (event.data.ptr == nullptr) {
          accept_all();
        } else {
          handle(*static_cast<End*>(event.data.ptr), event.events);
        }
      }
      graveyard_.clear();
    }
  }

 private:
  void accept_all() {
    while (Fd client = bench::accept_from(listener_)) {
      Fd server = bench::start_connect(origin_);
      if (!server) continue;
      auto* pair = new Pair;
      pair->client = {.pair = pair, .other = &pair->server, .fd = std::move(client), .pending = {}};
      pair->server = {.pair = pair, .other = &pair->client, .fd = std::move(server), .pending = {}};
      poller_.add(pair->client.fd.get(), EPOLLIN, &pair->client);
      poller_.add(pair->server.fd.get(), EPOLLIN, &pair->server);
    }
  }

  void handle(End& end, uint32_t events) {
    if (end.pair->closed) return;
    if ((events & EPOLLOUT) != 0 && !flush(end)) return close_pair(*end.pair);
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && !copy(end)) return close_pair(*end.pair);
    if (end.read_eof && end.other->read_eof && end.pending.empty() && end.other->pending.empty()) {
      close_pair(*end.pair);
    }
  }

  // From this end to the other; false on an error of either.
  bool copy(End& from) {
    End& to = *from.other;
    if (!to.pending.empty() || from.read_eof) return true;
    const ssize_t got = recv(from.fd.get(), buffer.data(), buffer.size(), 0);
    if (got < 0) return errno == EAGAIN;
    if (got == 0) {
      from.read_eof = true;
      watch(from, from.events & ~EPOLLIN);
      return shutdown(to.fd.get(), SHUT_WR) == 0;
    }
    const auto size = static_cast<size_t>(got);
    const ssize_t sent = send(to.fd.get(), buffer.data(), size, MSG_NOSIGNAL);
    // A connect that is still in progress answers EAGAIN as well.
    if (sent < 0 && errno != EAGAIN) return false;
    const auto done = static_cast<size_t>(sent < 0 ? 0 : sent);
    if (done == size) return true;
    to.pending.assign(buffer.begin() + static_cast<ptrdiff_t>(done), buffer.begin() + got);
    watch(to, to.events | EPOLLOUT);
    watch(from, from.events & ~EPOLLIN);
    return true;
  }

  bool flush(End& to) {
    const ssize_t sent = send(to.fd.get(), to.pending.data(), to.pending.size(), MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN;
    to.pending.erase(to.pending.begin(), to.pending.begin() + sent);
    if (!to.pending.empty()) return true;
    watch(to, to.events & ~EPOLLOUT);
    watch(*to.other, to.other->events | EPOLLIN);
    return true;
  }

  void watch(End& end, uint32_t events) {
    if (events != end.events) poller_.change(end.fd.get(), events, &end);
    end.events = events;
  }

  // Events of the current batch may still name the pair, so its memory goes after the batch.
  void close_pair(Pair& pair) {
    pair.closed = true;
    pair.client.fd.reset();
    pair.server.fd.reset();
    graveyard_.emplace_back(&pair);
  }

  Poller poller_;
  Fd listener_;
  sockaddr_in origin_;
  std::vector<std::unique_ptr<Pair>> graveyard_;
};

}  // namespace

int main(int argc, char** argv) {
  const bench::Options options(argc, argv, {"listen", "origin"}, {}, kUsage);
  bench::raise_descriptor_limit();
  signal(SIGPIPE, SIG_IGN);
  Relay relay(static_cast<uint16_t>(bench::parse_number(options.text("listen"), 65535)),
              bench::parse_address(options.text("origin")));
  relay.run();
}
