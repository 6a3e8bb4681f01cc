// SPDX-License-Identifier: MIT
#include "proxy/net/conn.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string>

namespace hawser {

Conn::Conn(Loop& loop, BufferPool& buffers, Fd fd, ConnOwner* owner, Rank rank)
    : loop_(loop), buffers_(buffers), owner_(owner), fd_(std::move(fd)) {
  if (!loop_.watch(fd_.get(), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, this, rank)) {
    error_ = errno;
    fd_.reset();
  }
}

Conn::~Conn() { close(); }

void Conn::close() {
  if (in_ != nullptr) buffers_.give_back(std::exchange(in_, nullptr));
  out_.reset();
  if (!is_open()) return;
  loop_.forget(this);
  fd_.reset();
}

void Conn::close_with_reset() {
  const linger abort{.l_onoff = 1, .l_linger = 0};
  if (is_open()) ::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
  close();
}

void Conn::take_in(uint32_t epoll_events) {
  yielded_ = false;
  if ((epoll_events & EPOLLIN) != 0) readable_ = true;
  if ((epoll_events & EPOLLOUT) != 0) writable_ = true;
  // The reason shows at the next read, which must be tried even if a short read said that nothing
  // was left.
  if ((epoll_events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) readable_ = hangup_ = true;
  if ((epoll_events & (EPOLLHUP | EPOLLERR)) != 0) writable_ = reset_ = true;
  // Not where bytes wait for a slow peer already, nor what is to stay in the kernel. The end of a
  // connection is left to the owner, who may know better than to touch it.
  const bool wanted = in_ == nullptr && !spliced_ && !connecting_;
  if (wanted && readable_ && !hangup_) receive();
}

void Conn::on_io(uint32_t) {
  if (owner_ != nullptr) owner_->on_conn(*this);
}

void Conn::fail(int code) {
  error_ = code;
  readable_ = writable_ = false;
}

int Conn::finish_connect() {
  int code = 0;
  socklen_t length = sizeof code;
  if (reset_) ::getsockopt(fd(), SOL_SOCKET, SO_ERROR, &code, &length);
  if (code != 0) fail(code);
  connecting_ = false;
  return code;
}

void Conn::consume(size_t n) {
  in_->consume(n);
  if (in_->empty()) buffers_.give_back(std::exchange(in_, nullptr));
}

void Conn::compact_input() {
  if (in_ != nullptr) in_->compact();
}

bool Conn::was_reset() {
  int code = 0;
  socklen_t length = sizeof code;
  if (reset_ && error_ == 0) ::getsockopt(fd(), SOL_SOCKET, SO_ERROR, &code, &length);
  if (code != 0) fail(ECONNRESET);  // the kernel says EPIPE when the peer had sent its FIN before
  return error_ == ECONNRESET;
}

size_t Conn::receive() {
  if (in_ == nullptr) in_ = buffers_.take();
  const size_t room = in_->free_size();
  HW_ASSERT(room != 0);
  spliced_ = false;
  const ssize_t n = ::recv(fd(), in_->free_begin(), room, 0);
  if (n > 0) {
    if (static_cast<size_t>(n) < room && !reset_) {
      // The socket is drained. Whatever comes later makes a new edge; behind a FIN that was
      // announced nothing comes.
      readable_ = false;
      eof_ = hangup_;
    }
    in_->produced(static_cast<size_t>(n));
    received_ += static_cast<uint64_t>(n);
    received_ms_ = loop_.now_ms();
    return static_cast<size_t>(n);
  }
  if (n == 0) {
    eof_ = true;
    readable_ = false;
  } else if (errno == EAGAIN) {
    readable_ = false;
  } else if (errno != EINTR) {
    fail(errno);
  }
  if (in_->empty()) buffers_.give_back(std::exchange(in_, nullptr));
  return 0;
}

void Conn::note_sent(size_t wanted, ssize_t result) {
  if (result >= 0) {
    sent_ += static_cast<uint64_t>(result);
    if (static_cast<size_t>(result) < wanted) writable_ = false;
  } else if (errno == EAGAIN) {
    writable_ = false;
  } else if (errno != EINTR) {
    // What the peer said before it stopped listening can still be read, and is to be looked for:
    // its edge may have come already, or come only after somebody took this for the end.
    error_ = errno;
    writable_ = false;
    readable_ = !eof_;
  }
}

size_t Conn::send_some(std::string_view bytes, bool more) {
  const ssize_t n = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | (more ? MSG_MORE : 0));
  note_sent(bytes.size(), n);
  return n > 0 ? static_cast<size_t>(n) : 0;
}

size_t Conn::send_some(std::span<const iovec> pieces, bool more) {
  if (pieces.size() == 1) {
    return send_some({static_cast<const char*>(pieces[0].iov_base), pieces[0].iov_len}, more);
  }
  size_t wanted = 0;
  for (const iovec& piece : pieces) wanted += piece.iov_len;
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());
  message.msg_iovlen = pieces.size();
  const ssize_t n = ::sendmsg(fd(), &message, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
  note_sent(wanted, n);
  return n > 0 ? static_cast<size_t>(n) : 0;
}

bool Conn::write(std::span<const iovec> pieces) {
  size_t skip = 0;
  if (out_ == nullptr && writable_) {
    skip = send_some(pieces, false);
    if (error_ != 0) return false;
  }
  for (const iovec& piece : pieces) {
    const size_t gone = std::min(skip, piece.iov_len);
    skip -= gone;
    if (gone == piece.iov_len) continue;
    if (out_ == nullptr) out_ = std::make_unique<std::string>();
    out_->append(static_cast<const char*>(piece.iov_base) + gone, piece.iov_len - gone);
  }
  return true;
}

bool Conn::write(std::string_view bytes) {
  const iovec piece{.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
  return write(std::span(&piece, 1));
}

bool Conn::flush() {
  while (out_ != nullptr && writable_) {
    const size_t n = send_some(std::string_view(*out_), false);
    if (error_ != 0) return false;
    if (n == out_->size()) {
      out_.reset();
    } else {
      out_->erase(0, n);
    }
  }
  return error_ == 0;
}

size_t Conn::splice_in(Pipe& pipe, size_t limit) {
  const size_t room = std::min(limit, pipe.capacity - pipe.filled);
  spliced_ = true;
  const ssize_t n =
      ::splice(fd(), nullptr, pipe.write.get(), nullptr, room, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  if (n > 0) {
    pipe.filled += static_cast<size_t>(n);
    received_ += static_cast<uint64_t>(n);
    return static_cast<size_t>(n);
  }
  if (n == 0) {
    eof_ = true;
    readable_ = false;
  } else if (errno == EAGAIN) {
    // Either side may be the reason: a pipe counts pages, and small segments fill it before its
    // bytes do.
    if (pipe.filled == 0) readable_ = false;
  } else if (errno != EINTR) {
    fail(errno);
  }
  return 0;
}

size_t Conn::splice_out(Pipe& pipe, bool more) {
  const ssize_t n = ::splice(pipe.read.get(), nullptr, fd(), nullptr, pipe.filled,
                             SPLICE_F_MOVE | SPLICE_F_NONBLOCK | (more ? SPLICE_F_MORE : 0));
  note_sent(pipe.filled, n);
  if (n <= 0) return 0;
  pipe.filled -= static_cast<size_t>(n);
  return static_cast<size_t>(n);
}

bool Conn::all_acknowledged() const {
  int left = 0;
  return ::ioctl(fd(), SIOCOUTQ, &left) == 0 && left == 0;
}

void Conn::shutdown_write() {
  if (write_shut_ || !is_open()) return;
  write_shut_ = true;
  ::shutdown(fd(), SHUT_WR);
}

}  // namespace hawser
