// SPDX-License-Identifier: MIT
// The other end of one of the worker's connections: a client or a server in the hands of a test.
#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/fd.h"
#include "base/testing.h"

namespace hawser {

// Has a loop, and all that happens in the test happens while it turns.
class Turner {
 public:
  // Turns the loop until `condition` holds. false: it never did.
  virtual bool run_until(const std::function<bool()>& condition) = 0;

 protected:
  ~Turner() = default;
};

class Peer {
 public:
  // What it sends comes in the same moment, and not when the real clock says so: time passes
  // faster in a test.
  Peer(Turner& turner, Fd fd) : turner_(turner), fd_(std::move(fd)) {
    const int on = 1;
    ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }

  // Sent at once as far as the kernel takes it, the rest while the loop turns.
  void send(std::string_view bytes) {
    pending_ += bytes;
    turn();
  }
  bool sent_all() const { return pending_.empty(); }
  // What has come up to and with `end`; everything, and a failed check, when it does not come.
  std::string read_until(std::string_view end) {
    size_t at = std::string::npos;
    turner_.run_until([&] { return (at = got_.find(end)) != got_.npos || ended_; });
    INFO("received: " << got_);
    CHECK(at != got_.npos);
    return take(at == got_.npos ? at : at + end.size());
  }
  std::string read_bytes(size_t count) {
    turner_.run_until([&] { return got_.size() >= count || ended_; });
    return take(count);
  }
  // Up to the end of the connection.
  std::string read_to_end() {
    CHECK(turner_.run_until([&] { return ended_; }));
    return read_now();
  }
  // What has come so far, without waiting for more.
  std::string read_now() { return std::exchange(got_, {}); }
  // Waits for it: FIN or RST, with nothing unread before it.
  bool is_closed() {
    turner_.run_until([&] { return ended_; });
    return ended_ && got_.empty();
  }
  bool has_ended() const { return ended_; }  // as far as is known
  bool was_reset() const { return error_ == ECONNRESET; }

  void finish() { ::shutdown(fd_.get(), SHUT_WR); }
  void close() { fd_.reset(); }
  void reset() {
    const linger abort{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    fd_.reset();
  }
  // Stops reading, so that the windows fill up; and goes on.
  void stop_reading() { reads_ = false; }
  void go_on() { reads_ = true; }
  int fd() const { return fd_.get(); }

  // One look at the socket, in both directions.
  void turn() {
    if (!fd_) return;
    if (!pending_.empty()) {
      const ssize_t n = ::send(fd_.get(), pending_.data(), pending_.size(), MSG_NOSIGNAL);
      if (n > 0) pending_.erase(0, static_cast<size_t>(n));
    }
    char piece[65536];
    while (reads_ && !ended_) {
      const ssize_t n = ::recv(fd_.get(), piece, sizeof piece, 0);
      if (n > 0) {
        got_.append(piece, static_cast<size_t>(n));
      } else if (n == 0 || errno != EAGAIN) {
        ended_ = true;
        error_ = n == 0 ? 0 : errno;
      } else {
        break;
      }
    }
  }

 private:
  std::string take(size_t count) {
    std::string out = got_.substr(0, count);
    got_.erase(0, out.size());
    return out;
  }

  Turner& turner_;
  Fd fd_;
  std::string pending_, got_;
  int error_ = 0;
  bool reads_ = true;
  bool ended_ = false;
};

inline constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
inline constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// A server's response, which the client reads.
inline void answer(Peer& server, Peer& client) {
  server.send(kOk);
  client.read_until("ok");
}

}  // namespace hawser
