// SPDX-License-Identifier: MIT
#include "proxy/net/conn.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>

#include <cerrno>
#include <optional>
#include <string>

#include "base/testing.h"

using namespace hawser;

namespace {

// A connection on a loop of its own, and the other end of it.
class Line final : public ConnOwner {
 public:
  explicit Line(uint32_t buffer_size = 64) : buffers_(buffer_size) {
    ::signal(SIGPIPE, SIG_IGN);
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    peer_.reset(ends[1]);
    conn_.emplace(loop_, buffers_, Fd(ends[0]), this);
    REQUIRE(conn_->is_open());
    loop_.add_turn_hook([this](int64_t now_ms) {
      if (told_ >= wanted_ || --turns_left_ == 0) loop_.stop();
      return now_ms + 1;
    });
  }
  Conn& conn() { return *conn_; }
  size_t lent() const { return buffers_.in_use(); }

  // Turns the loop until the connection was told something.
  void turn() {
    wanted_ = told_ + 1;
    turns_left_ = 1000;
    loop_.run();
    REQUIRE(told_ >= wanted_);
  }
  void says(std::string_view text) {
    REQUIRE(::send(peer_.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(text.size()));
  }
  std::string heard() {
    std::string out;
    char piece[65536];
    for (ssize_t n; (n = ::recv(peer_.get(), piece, sizeof piece, 0)) > 0;)
      out.append(piece, static_cast<size_t>(n));
    return out;
  }
  void finish() { ::shutdown(peer_.get(), SHUT_WR); }
  void hang_up() { peer_.reset(); }

 private:
  void on_conn(Conn&) override { ++told_; }
  Loop loop_;
  BufferPool buffers_;
  Fd peer_;
  std::optional<Conn> conn_;
  int told_ = 0, wanted_ = 0, turns_left_ = 0;
};

}  // namespace

TEST_CASE("what came is there when the owner is told, and a buffer only as long as it is needed") {
  Line line;
  Conn& conn = line.conn();
  CHECK(line.lent() == 0);
  line.says("hello");
  line.turn();
  CHECK(conn.input() == "hello");
  CHECK(line.lent() == 1);
  CHECK_FALSE(conn.readable());  // a short read: nothing is left
  conn.consume(2);
  CHECK(conn.input() == "llo");
  conn.consume(3);
  CHECK_FALSE(conn.has_input());
  CHECK(line.lent() == 0);
  CHECK(conn.received() == 5);
}

TEST_CASE("what does not fit waits in the kernel") {
  Line line(8);
  Conn& conn = line.conn();
  line.says("abcdefghijkl");
  line.turn();
  CHECK(conn.input() == "abcdefgh");
  CHECK(conn.input_full());
  CHECK(conn.readable());
  conn.consume(6);
  CHECK(conn.input_room() == 0);
  conn.compact_input();
  CHECK(conn.input_room() == 6);
  CHECK(conn.receive() == 4);
  CHECK(conn.input() == "ghijkl");
}

TEST_CASE("the end of a connection comes behind its last bytes") {
  Line line;
  Conn& conn = line.conn();
  line.says("bye");
  line.finish();
  line.turn();
  CHECK(conn.hangup_seen());
  CHECK_FALSE(conn.at_eof());  // the bytes are still to be read
  CHECK(conn.readable());
  CHECK(conn.receive() == 3);
  CHECK(conn.at_eof());  // behind an end that was announced nothing comes
  CHECK(conn.has_ended());
  CHECK(conn.error() == 0);
  CHECK(conn.input() == "bye");
  // The other direction is open.
  CHECK(conn.write("thanks"));
  CHECK(line.heard() == "thanks");
}

TEST_CASE("what the kernel does not take is kept, and leaves in order") {
  Line line;
  Conn& conn = line.conn();
  const std::string much(4 << 20, 'm');
  const std::string_view first = "first", last = "last";
  const iovec pieces[] = {{const_cast<char*>(first.data()), first.size()},
                          {const_cast<char*>(much.data()), much.size()}};
  CHECK(conn.write(pieces));
  CHECK(conn.has_output());
  CHECK_FALSE(conn.writable());
  CHECK(conn.write(last));
  std::string heard;
  while (conn.has_output()) {
    heard += line.heard();
    line.turn();
    REQUIRE(conn.flush());
  }
  heard += line.heard();
  CHECK(heard.size() == first.size() + much.size() + last.size());
  CHECK(heard.starts_with("firstm"));
  CHECK(heard.ends_with("mlast"));
  CHECK(conn.sent() == heard.size());
}

TEST_CASE("sending to a peer that is gone fails, once and for good") {
  Line line;
  Conn& conn = line.conn();
  line.hang_up();
  CHECK_FALSE(conn.write("x"));
  CHECK(conn.error() == EPIPE);
  CHECK_FALSE(conn.flush());
  CHECK(conn.readable());  // what the peer said before is to be looked for
  line.turn();
  CHECK(conn.receive() == 0);
  CHECK(conn.has_ended());
}

TEST_CASE("bytes go from one connection to another through a pipe, and no buffer is lent") {
  Line from, to;
  int ends[2];
  REQUIRE(::pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
  Pipe pipe{.read = Fd(ends[0]), .write = Fd(ends[1]), .filled = 0, .capacity = 65536};
  from.says("0123456789");
  CHECK(from.conn().splice_in(pipe, 4) == 4);
  CHECK(pipe.filled == 4);
  CHECK(from.conn().splice_in(pipe, 100) == 6);
  CHECK(to.conn().splice_out(pipe, false) == 10);
  CHECK(pipe.filled == 0);
  CHECK(to.heard() == "0123456789");
  CHECK(from.conn().received() == 10);
  CHECK(to.conn().sent() == 10);
  CHECK(from.lent() == 0);
  from.finish();
  from.turn();
  CHECK(from.conn().splice_in(pipe, 100) == 0);
  CHECK(from.conn().at_eof());
}

TEST_CASE("FIN is sent once, and a closed connection gives its buffer back") {
  Line line;
  Conn& conn = line.conn();
  line.says("rest");
  line.turn();
  CHECK(line.lent() == 1);
  conn.shutdown_write();
  conn.shutdown_write();
  CHECK(conn.write_shut());
  CHECK(conn.is_open());
  conn.close();
  CHECK_FALSE(conn.is_open());
  CHECK(line.lent() == 0);
  conn.close();
}
