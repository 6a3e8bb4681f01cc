// SPDX-License-Identifier: MIT
// One connection, to a client or to a server: a non-blocking socket, what epoll said of it, and the
// bytes on their way.
//
// Nothing here waits or decides. The owner calls receive() and the send functions; they do one
// system call each and remember when the kernel had no more to give or to take. take_in() notes the
// edge and reads where the owner is sure to want that: it finds what came as input(). on_io() only
// tells the owner.
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "base/fd.h"
#include "loop/loop.h"
#include "proxy/net/buffer.h"

namespace hawser {

class Conn;

// Who is told that something happened to a connection.
class ConnOwner {
 public:
  virtual void on_conn(Conn& conn) = 0;

 protected:
  ~ConnOwner() = default;
};

// The two ends of a pipe for splice(2), lent by the worker's pool.
struct Pipe {
  Fd read, write;
  size_t filled = 0;
  size_t capacity = 0;
};

class Conn final : public IoHandler {
 public:
  // Takes the descriptor. is_open() is false when it could not be registered (errno says why).
  Conn(Loop& loop, BufferPool& buffers, Fd fd, ConnOwner* owner, Rank rank = Rank::kNormal);
  ~Conn();

  void set_owner(ConnOwner* owner) { owner_ = owner; }
  int fd() const { return fd_.get(); }
  bool is_open() const { return fd_.get() >= 0; }

  // Readiness, as far as known. Assume the best until the kernel says EAGAIN.
  bool readable() const { return readable_; }
  bool writable() const { return writable_; }
  bool at_eof() const { return eof_; }  // the peer sent FIN and everything before it was read
  bool hangup_seen() const {
    return hangup_;
  }  // epoll announced FIN or RST; bytes may be left to read
  bool reset_seen() const { return reset_; }  // epoll announced RST or an error
  // Was it reset after its end had been read? error() is ECONNRESET then.
  bool was_reset();
  int error() const { return error_; }  // errno of the failure that ended the connection; 0: none
  // Nothing more can be read: end of file, or a failure.
  bool has_ended() const { return eof_ || (error_ != 0 && !readable_); }
  bool write_shut() const { return write_shut_; }
  bool connecting() const { return connecting_; }
  void set_connecting() { connecting_ = true, writable_ = false; }  // until the first writable edge
  // After the first writable edge: 0 when connected, an errno otherwise.
  int finish_connect();

  // Received and not yet consumed.
  bool has_input() const { return in_ != nullptr && !in_->empty(); }
  std::string_view input() const { return in_ != nullptr ? in_->view() : std::string_view(); }
  Buffer* in() { return in_; }
  bool input_full() const { return in_ != nullptr && in_->free_size() == 0; }
  size_t input_room() const { return in_ != nullptr ? in_->free_size() : buffers_.capacity(); }
  void consume(size_t n);  // gives the buffer back when nothing is left
  void compact_input();

  // Reads once into the buffer. Returns the bytes read; 0: nothing (EAGAIN, EOF or an error; ask
  // which).
  size_t receive();

  // What was accepted for sending and is not sent yet (heads that did not fit, replies of our own).
  bool has_output() const { return out_ != nullptr; }
  // Sends now what the kernel takes and keeps the rest; the pieces need not live on. false: the
  // connection failed.
  bool write(std::span<const iovec> pieces);
  bool write(std::string_view bytes);
  bool flush();  // false: failed
  // Sends without keeping the rest; only when !has_output(). Returns the bytes taken; check error()
  // when 0.
  size_t send_some(std::string_view bytes, bool more);
  size_t send_some(std::span<const iovec> pieces, bool more);

  // splice(2): from the socket into the pipe, from the pipe into the socket. Bytes moved; 0: ask
  // why.
  size_t splice_in(Pipe& pipe, size_t limit);
  size_t splice_out(Pipe& pipe, bool more);

  // Its owner has done enough for this connection in this turn of the loop, and is called again in
  // the next one.
  void yield() {
    if (!std::exchange(yielded_, true)) loop_.again(this, 0);
  }
  bool has_yielded() const { return yielded_; }  // in this turn

  bool all_acknowledged() const;  // has the peer's kernel everything that was sent?

  void shutdown_write();    // FIN, once
  void close_with_reset();  // RST: SO_LINGER 0
  void close();

  int64_t received_ms() const { return received_ms_; }  // when bytes were last read; 0: never
  uint64_t received() const { return received_; }
  uint64_t sent() const { return sent_; }

  void take_in(uint32_t epoll_events) override;
  void on_io(uint32_t epoll_events) override;

 private:
  void fail(int code);
  void note_sent(size_t wanted, ssize_t result);

  Loop& loop_;
  BufferPool& buffers_;
  ConnOwner* owner_;
  Buffer* in_ = nullptr;
  std::unique_ptr<std::string>
      out_;  // rare and of any size: a page that the socket did not take whole
  uint64_t received_ = 0, sent_ = 0;
  int64_t received_ms_ = 0;
  Fd fd_;
  int error_ = 0;
  bool readable_ = false;
  bool writable_ = true;
  bool eof_ = false;
  bool hangup_ = false;
  bool reset_ = false;
  bool write_shut_ = false;
  bool connecting_ = false;
  bool yielded_ = false;
  bool spliced_ = false;  // what was read last went by splice(2)
};

}  // namespace hawser
