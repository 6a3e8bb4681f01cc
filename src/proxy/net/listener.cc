// SPDX-License-Identifier: MIT
#include "proxy/net/listener.h"

#include <netinet/tcp.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>

#include "base/log.h"

namespace hawser {

Listener::Listener(DataPlane& plane, SessionRegistry& registry, Frontend& frontend,
                   const ListenSocket& socket)
    : plane_(plane), registry_(registry), frontend_(frontend), socket_(socket), retry_(*this) {}

Listener::~Listener() { close(); }

void Listener::open() {
  if (open_ || !plane_.is_open(frontend_)) return;
  prepare();
  // Level-triggered: what is not accepted now is reported again. A socket that all workers share
  // wakes one of them.
  const uint32_t shared =
      socket_.owner == kNoIndex && plane_.shared.workers() > 1 ? uint32_t{EPOLLEXCLUSIVE} : 0;
  open_ = plane_.loop.watch(socket_.fd, EPOLLIN | shared, this);
  if (!open_) fail(errno);
}

void Listener::close() {
  if (!open_) return;
  plane_.loop.unwatch(socket_.fd);
  plane_.loop.forget(this);
  open_ = false;
}

void Listener::resume() {
  if (!paused_) return;
  paused_ = false;
  open();
  // Tries at once: the place may be free for a client of this worker who is gone, and then it is
  // for others to take.
  if (open_) plane_.loop.again(this, EPOLLIN);
}

// What every connection shall have is set on the listening socket: accept(2) hands it down
// (tcp(7)).
void Listener::prepare() {
  const auto set = [this](int level, int name, int value) {
    ::setsockopt(socket_.fd, level, name, &value, sizeof value);
  };
  // A unix socket refuses the first; nothing depends on it.
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  if (frontend_.config.option(Option::kClitcpka)) set(SOL_SOCKET, SO_KEEPALIVE, 1);
  const auto& tune = plane_.config.global.tune;
  if (tune.rcvbuf_client != 0) set(SOL_SOCKET, SO_RCVBUF, static_cast<int>(tune.rcvbuf_client));
  if (tune.sndbuf_client != 0) set(SOL_SOCKET, SO_SNDBUF, static_cast<int>(tune.sndbuf_client));
}

void Listener::pause() {
  paused_ = true;
  close();
  registry_.listener_paused();
}

// Out of descriptors or memory: a short pause, and the end of any connection, try again.
void Listener::fail(int code) {
  plane_.note_accept_failure(code);
  pause();
}

void Listener::on_io(uint32_t) {
  for (uint32_t n = std::max(1u, plane_.config.global.tune.maxaccept); n != 0; --n) {
    // Connections over a limit wait in the kernel's backlog.
    if (const int64_t wait_ms = plane_.rate_wait_ms(frontend_); wait_ms != 0) {
      plane_.wheel.set(retry_, plane_.now_ms() + wait_ms);
      return pause();
    }
    if (!plane_.take_place(frontend_, socket_.listener, socket_.bind->maxconn)) return pause();
    sockaddr_storage peer;
    peer.ss_family = AF_UNIX;  // stays where the client's socket has no name
    socklen_t length = sizeof peer;
    const int fd = ::accept4(socket_.fd, reinterpret_cast<sockaddr*>(&peer), &length,
                             SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      const int error = errno;
      plane_.leave_place(frontend_, socket_.listener);
      if (error == ECONNABORTED || error == EINTR) continue;
      if (error == EAGAIN) return;
      if (!plane_.is_open(frontend_)) return close();  // the doorbell is about to tell
      return fail(error);
    }
    if (frontend_.config.option(Option::kTcpSmartAccept)) {
      const int off = 0;  // the request's ACK goes out with the answer (tcp(7)); not handed down by
                          // the listener
      ::setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &off, sizeof off);
    }
    plane_.count_accept(frontend_, socket_.listener);
    auto session = std::make_unique<Session>(plane_, registry_, frontend_, *this, Fd(fd), peer);
    registry_.session_began(std::move(session));
  }
}

bool Listener::session_ended() { return plane_.leave_place(frontend_, socket_.listener); }

void Listener::Retry::on_timer(WheelEntry& entry) { static_cast<Retry&>(entry).listener.resume(); }

}  // namespace hawser
